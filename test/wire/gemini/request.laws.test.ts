/** Properties of requests encoded from random conversations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tagSignature } from '../../../lib/anthropic/provenance.ts';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { encodeGeminiRequest } from '../../../lib/wire/gemini/request.ts';
import { carry } from '../../../lib/wire/gemini/signatures.ts';
import type { GeminiContent } from '../../../lib/wire/gemini/types.ts';
import { geminiRoutes, gemini3 } from '../../support/gemini/encode.ts';
import { brokenRules } from '../../support/gemini/rules.ts';
import { call, image, requestOf, result, text, thought } from '../../support/requests.ts';
import { runsOf } from '../../support/sampling.ts';

const runs = runsOf(2000);

const id = fc.constantFrom('a', 'b', 'c', 'toolu_x', 'call|1', '');
const words = fc.constantFrom(
  '',
  ' ',
  'hello',
  'two\nlines\n',
  'half \ud800',
  '<system-reminder>x</system-reminder>',
);
const input = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(undefined)) as fc.Arbitrary<unknown>;
const part: fc.Arbitrary<ContentBlock> = fc.oneof(
  words.map(text),
  fc.constantFrom(image(), image('R0lG', 'image/gif')),
  fc.constant<ContentBlock>({ type: 'mystery' }),
);
const userBlock: fc.Arbitrary<ContentBlock> = fc.oneof(
  part,
  fc
    .tuple(id, fc.option(fc.array(part, { maxLength: 2 }), { nil: undefined }), fc.boolean())
    .map((args) => result(...args)),
);
/** Signatures of this origin (for parts that may not exist), of another origin, and none. */
const signature = fc.oneof(
  fc
    .constantFrom(
      { on: 'thought', length: 2 } as const,
      { on: 'text', length: 3, after: 1 } as const,
      { on: 'text', length: 0, after: 0 } as const,
      { on: 'next', length: 4 } as const,
      { on: 'call', id: 'a' } as const,
    )
    .map((place) => carry(gemini3, place, 'U0lH')),
  fc.constantFrom(
    '',
    'genuine',
    tagSignature({ format: 'chat', provider: 'x', modelId: 'y' }),
    tagSignature(gemini3),
  ),
);
const assistantBlock: fc.Arbitrary<ContentBlock> = fc.oneof(
  words.map(text),
  fc.tuple(words, signature).map((args) => thought(...args)),
  fc.tuple(id, input, fc.constantFrom('Bash', 'odd name', '', '7up')).map((args) => call(...args)),
);
const message: fc.Arbitrary<RequestMessage> = fc.oneof(
  fc.record({
    role: fc.constant('user' as const),
    content: fc.oneof(words, fc.array(userBlock, { maxLength: 4 })),
  }),
  fc.record({ role: fc.constant('assistant' as const), content: fc.array(assistantBlock, { maxLength: 4 }) }),
  fc.record({ role: fc.constant('system' as const), content: words }),
);
const conversation = fc.array(message, { maxLength: 9 });

/** True for the first assistant message after user content, before which a request was sent. */
function isAnswer(messages: readonly RequestMessage[], at: number): boolean {
  if (messages[at]?.role !== 'assistant') return false;
  const since = messages.slice(0, at).findLastIndex(({ role }) => role === 'assistant') + 1;
  return messages.slice(since, at).some(({ content }) => {
    if (typeof content === 'string') return content.trim() !== '';
    return content.some((block) => block.type !== 'text' || String(block['text']).trim() !== '');
  });
}

/** One line for each part, so that merged contents compare equal. */
function flat(contents: readonly GeminiContent[]): string[] {
  return contents.flatMap(({ role, parts }) => parts.map((one) => `${role} ${JSON.stringify(one)}`));
}

for (const [name, route] of Object.entries(geminiRoutes)) {
  test(`requests for a model like ${name} obey the rules`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const body = encodeGeminiRequest(requestOf(messages, { thinking: { type: 'adaptive' } }), route);
        assert.deepEqual(brokenRules(body), []);
      }),
      runs,
    );
  });

  test(`a longer conversation starts with the shorter one for a model like ${name} (P12)`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const encoded = (shorter: RequestMessage[]): string[] =>
          flat(encodeGeminiRequest(requestOf(shorter), route).contents);
        const whole = encoded(messages);
        for (const at of messages.keys()) {
          if (!isAnswer(messages, at)) continue;
          const before = encoded(messages.slice(0, at));
          assert.deepEqual(whole.slice(0, before.length), before);
        }
      }),
      runs,
    );
  });
}

test('no text of the user or of a result is lost, and a failed result stays failed', () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const failed: string[] = [];
      const marked = messages.map((one, at): RequestMessage => {
        if (one.role === 'assistant' || typeof one.content === 'string') return one;
        const content = one.content.map((block, n): ContentBlock => {
          if (block.type === 'text') return text(`mark-${at}-${n}.`);
          if (block.type !== 'tool_result') return block;
          if (block['is_error'] === true) failed.push(`mark-${at}-${n}.`);
          return { ...block, content: `mark-${at}-${n}.` };
        });
        return { ...one, content };
      });
      const { contents } = encodeGeminiRequest(requestOf(marked), gemini3);
      const sent = JSON.stringify(contents);
      for (const [mark] of JSON.stringify(marked).matchAll(/mark-\d+-\d+\./g))
        assert.ok(sent.includes(mark), mark);
      for (const mark of failed)
        assert.doesNotMatch(sent, new RegExp(`"output":"${mark.replace('.', '\\.')}"`));
    }),
    runs,
  );
});

test('a signature of another origin is never sent as genuine', () => {
  const other = { ...gemini3, modelId: 'gemini-3.8-flash' };
  fc.assert(
    fc.property(conversation, (messages) => {
      assert.doesNotMatch(JSON.stringify(encodeGeminiRequest(requestOf(messages), other)), /U0lH|genuine/);
    }),
    runs,
  );
});
