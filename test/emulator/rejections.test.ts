/** Tests the refusals on demand: each refuses what it says in each format that has words for it, and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isObject, parseJson, toObject, type JsonObject } from '../../lib/json.ts';
import { reject, rejections } from '../../lib/emulator/rejections.ts';
import { wireFormats, type WireFormat } from '../../lib/wire/formats.ts';

const tool = (parameters: JsonObject): JsonObject => ({
  type: 'function',
  function: { name: 'add', parameters },
});
const long = 'many words '.repeat(400);
const seal = (part: JsonObject): JsonObject[] => [{ role: 'assistant', content: [part], parts: [part] }];

/** A request that is refused, and one like it that is not. */
const cases: Readonly<
  Record<string, Partial<Record<WireFormat, readonly [refused: JsonObject, accepted: JsonObject]>>>
> = {
  temperature: {
    chat: [{ temperature: 0 }, { top_p: 0.5 }],
    responses: [{ temperature: 0.5 }, {}],
    messages: [{ temperature: 0.5 }, { top_p: 0.5 }],
    gemini: [{ generationConfig: { temperature: 1 } }, { generationConfig: { topP: 1 } }],
  },
  stop: {
    chat: [{ stop: ['END'] }, {}],
    messages: [{ stop_sequences: ['END'] }, {}],
    gemini: [{ generationConfig: { stopSequences: ['END'] } }, { generationConfig: {} }],
  },
  effort: {
    chat: [{ reasoning_effort: 'low' }, { reasoning: {} }],
    responses: [{ reasoning: { effort: 'low' } }, { reasoning: { summary: 'auto' } }],
    messages: [{ output_config: { effort: 'low' } }, { thinking: { type: 'adaptive' } }],
  },
  room: {
    chat: [
      { max_tokens: 3500, messages: [long] },
      { max_tokens: 2500, messages: [long] },
    ],
    messages: [
      { max_tokens: 3500, messages: [long] },
      { max_tokens: 2500, messages: [long] },
    ],
  },
  system: {
    chat: [{ messages: [{ role: 'user' }, { role: 'system' }] }, { messages: [{ role: 'system' }] }],
    messages: [{ messages: [{ role: 'user' }, { role: 'system' }] }, { messages: [{ role: 'user' }] }],
  },
  order: {
    chat: [
      { messages: [{ role: 'tool' }, { role: 'user' }] },
      { messages: [{ role: 'user' }, { role: 'tool' }] },
    ],
  },
  seal: {
    messages: [
      { messages: seal({ type: 'thinking', signature: 'abc' }) },
      { messages: seal({ type: 'thinking', signature: '' }) },
    ],
    responses: [
      { input: [{ type: 'reasoning', encrypted_content: 'abc' }] },
      { input: [{ type: 'message' }] },
    ],
    gemini: [
      { contents: seal({ thoughtSignature: 'abc' }) },
      { contents: seal({ thoughtSignature: 'skip_thought_signature_validator' }) },
    ],
  },
  schema: {
    chat: [
      { tools: [tool({ properties: { name: { pattern: '^[a-z]+' } } })] },
      { tools: [tool({ properties: { name: { pattern: '^[a-z]+$' } } })] },
    ],
    messages: [
      { tools: [{ name: 'add', input_schema: { properties: { name: { pattern: '[a-z]+$' } } } }] },
      { tools: [{ name: 'add', input_schema: { properties: { name: { type: 'string' } } } }] },
    ],
  },
};

function refusal(what: string, format: WireFormat, body: JsonObject): JsonObject | undefined {
  const { reply } = reject(what, 4096, { body, format });
  const sent = parseJson(reply?.body ?? '');
  return reply && isObject(sent) ? { status: reply.status, ...sent } : undefined;
}

describe('a rejection', () => {
  for (const [what, { words, about }] of Object.entries(rejections))
    for (const format of wireFormats) {
      const [refused, accepted] = cases[what]?.[format] ?? [{}, undefined];
      if (!words[format]) continue;
      test(`${what} in ${format}: ${about}`, () => {
        const found = refusal(what, format, refused);
        assert(found);
        assert(Number(found['status']) >= 400);
        assert.equal(typeof toObject(found['error'])['message'], 'string');
        assert.equal(format === 'messages', found['type'] === 'error');
        if (accepted) assert.equal(refusal(what, format, accepted), undefined);
        // A refusal that depends on the request has its case here.
        assert.equal(accepted === undefined, about.startsWith('always'));
      });
    }

  test('that is not known names those that are', () => {
    const { script } = reject('nonsense', 0, { body: {}, format: 'chat' });
    assert.match(JSON.stringify(script), /no rejection .*nonsense.* It knows: temperature, stop/);
  });

  test('names the tokens of the prompt and of the answer', () => {
    const message = (format: WireFormat): unknown =>
      toObject(refusal('room', format, { max_tokens: 4000, messages: [long] })?.['error'])['message'];
    assert.match(String(message('chat')), /\(4000 > 4096 - 11\d\d\)/);
    assert.match(String(message('messages')), /: 11\d\d \+ 4000 > 4096,/);
  });
});
