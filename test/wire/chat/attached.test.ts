/** What an upstream attaches to its calls and messages returns to it unchanged, and to no other (P11). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isRemark, type Decoded } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import { chatDecoder } from '../../../lib/wire/chat/stream.ts';
import type { ChatAssistantMessage } from '../../../lib/wire/chat/types.ts';
import { assistants, sent } from '../../support/chat/encode.ts';
import { run, utf8 } from '../../support/decode.ts';
import { geminiRoutes } from '../../support/gemini/encode.ts';
import { chatRoutes, messagesRoutes, requestOf, result, routeOf, user } from '../../support/requests.ts';
import { responsesRoutes } from '../../support/responses/encode.ts';
import { turn } from '../../support/turns.ts';

const gateway = routeOf({ provider: 'gateway', modelId: 'gemini-3' });

interface Answered {
  all: Decoded[];
  /** The message that the client returns, after JSON. */
  message: RequestMessage;
}

function answered(chunks: readonly object[], whole = false): Answered {
  const bytes = whole
    ? JSON.stringify(chunks[0])
    : `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
  const { all, events } = run(chatDecoder(gateway, turn()), [utf8(bytes)]);
  const content = JSON.parse(JSON.stringify(foldMessage(events)?.content ?? [])) as ContentBlock[];
  return { all, message: { role: 'assistant', content } };
}

const streamed = (...deltas: object[]): Answered =>
  answered([
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ]);

function whole(message: object): Answered {
  return answered([{ choices: [{ index: 0, message, finish_reason: 'stop' }] }], true);
}

/** The assistant message of the next request. */
function returned({ message }: Answered, route = gateway): ChatAssistantMessage | undefined {
  const calls = message.content as ContentBlock[];
  const results = calls.filter(({ type }) => type === 'tool_use').map(({ id }) => result(String(id), 'done'));
  return assistants(
    sent([user('go'), message, user(...(results.length > 0 ? results : ['on']))], {}, route),
  )[0];
}

const dropped = ({ all }: Answered): string[] =>
  all.flatMap((one) => (isRemark(one) && one.type === 'dropped' ? [one.what] : []));

const calling = (id: string, more: object = {}, inner: object = {}, args = '{"n":1}'): object => ({
  id,
  type: 'function',
  function: { name: 'Read', arguments: args, ...inner },
  ...more,
});

/** Each vendor's fields on the call, and on its `function`. */
const vendors: Record<string, { outer?: object; inner?: object }> = {
  'Gemini, tinyhumansai/openhuman#3548': {
    outer: { extra_content: { google: { thought_signature: 'A+/=' } } },
  },
  'Vertex, earendil-works/pi#7745': { outer: { extra_content: { vertex: { thought_signature: 'B' } } } },
  'LiteLLM, https://docs.litellm.ai/blog/gemini_3': {
    outer: { provider_specific_fields: { thought_signature: 'C' } },
    inner: { provider_specific_fields: { thought_signature: 'C' } },
  },
  'a plain field': { outer: { thought_signature: 'D' } },
  'a field of the function': { inner: { thought_signature: 'E', nested: [{ a: 1 }, false, 0, 'ü'] } },
};

describe('fields of a call', () => {
  for (const [name, { outer = {}, inner = {} }] of Object.entries(vendors)) {
    const call = calling('call_1', outer, inner);
    const start = calling('call_1', {}, {}, '');
    const streams: Record<string, Answered> = {
      'in the first piece': streamed(
        {
          content: 'Hm.',
          tool_calls: [{ ...calling('call_1', outer, inner, ''), index: 0 }],
        },
        { tool_calls: [{ index: 0, function: { arguments: '{"n":1}' } }] },
      ),
      'in a later piece': streamed(
        { tool_calls: [{ ...start, index: 0 }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"n":1}', ...inner }, ...outer }] },
      ),
      'in a piece of its own': streamed(
        { tool_calls: [{ ...calling('call_1'), index: 0 }] },
        { tool_calls: [{ index: 0, function: inner, ...outer }] },
      ),
      'before the name': streamed(
        { tool_calls: [{ index: 0, id: 'call_1', function: inner, ...outer }] },
        { tool_calls: [{ ...calling('call_1'), index: 0 }] },
      ),
      repeated: streamed(
        { tool_calls: [{ ...calling('call_1', outer, inner, ''), index: 0 }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"n":1}', ...inner }, ...outer }] },
      ),
      whole: whole({ role: 'assistant', content: null, tool_calls: [call] }),
    };
    for (const [how, answer] of Object.entries(streams))
      test(`${name}, ${how}`, () => {
        assert.deepEqual(returned(answer)?.tool_calls, [call]);
        assert.deepEqual(dropped(answer), []);
      });
  }

  test('stay on their own call among several, also if ids are repeated or missing', () => {
    const extra = (n: number) => ({ extra_content: { n } });
    const calls = [calling('a', extra(1)), calling('a'), calling('', extra(3)), calling('b', extra(4))];
    const answer = streamed(...calls.map((one, index) => ({ tool_calls: [{ ...one, index }] })));
    const contents = returned(answer)?.tool_calls?.map((one) => one['extra_content']);
    assert.deepEqual(contents, [{ n: 1 }, undefined, { n: 3 }, { n: 4 }]);
  });

  test('return in every later turn, also if all turns use the same id', () => {
    const first = streamed({ tool_calls: [{ ...calling('call_0', { extra_content: 1 }), index: 0 }] });
    const second = streamed({ tool_calls: [{ ...calling('call_0', { extra_content: 2 }), index: 0 }] });
    const done = user(result('call_0', 'done'));
    const messages = assistants(sent([user('go'), first.message, done, second.message, done], {}, gateway));
    assert.deepEqual(
      messages.map((one) => one.tool_calls?.[0]?.['extra_content']),
      [1, 2],
    );
  });

  test('return if the client splits the turn into messages, the call in the first', () => {
    const call = calling('call_1', { extra_content: { n: 1 } });
    const { message } = streamed({ tool_calls: [{ ...call, index: 0 }] });
    const blocks = message.content as ContentBlock[];
    const isCall = ({ type }: ContentBlock): boolean => type === 'tool_use';
    const parts = [blocks.filter(isCall), blocks.filter((block) => !isCall(block))];
    const split = parts.map((content): RequestMessage => ({ role: 'assistant', content }));
    const messages = assistants(sent([user('go'), ...split, user(result('call_1', 'done'))], {}, gateway));
    assert.deepEqual(messages[0]?.tool_calls, [call]);
  });

  test('of any JSON value return unchanged (property)', () => {
    const void_ = (value: unknown): boolean =>
      value === null || value === '' || (typeof value === 'object' && Object.values(value).every(void_));
    const value = fc.jsonValue({ maxDepth: 3 }).filter((one) => !void_(one));
    fc.assert(
      fc.property(value, (extra_content) => {
        // JSON has no -0.
        const plain: unknown = JSON.parse(JSON.stringify(extra_content));
        const answer = streamed({ tool_calls: [{ ...calling('c', { extra_content: plain }), index: 0 }] });
        assert.deepEqual(returned(answer)?.tool_calls?.[0]?.['extra_content'], plain);
      }),
    );
  });
});

test('a first call that Gemini did not sign gets the documented stand-in where the model wants one', () => {
  const standIn = { google: { thought_signature: 'skip_thought_signature_validator' } };
  const own = { google: { thought_signature: 'A' } };
  const contents = (first: object): unknown[] => {
    const answer = streamed(
      { tool_calls: [{ ...calling('a', first), index: 0 }] },
      { tool_calls: [{ ...calling('b'), index: 1 }] },
    );
    const route = { ...gateway, quirks: { ...gateway.quirks, signedCalls: true } };
    return (returned(answer, route)?.tool_calls ?? []).map((call) => call['extra_content']);
  };
  assert.deepEqual(contents({}), [standIn, undefined]);
  assert.deepEqual(contents({ extra_content: own }), [own, undefined]);
});

test('what describes an answer without being state does not return', () => {
  // Groq sends `channel` and rejects it: https://console.groq.com/docs/reasoning
  const answer = streamed({ reasoning: 'Hm.', channel: 'analysis', logprobs: { a: 1 } }, { content: 'Hi.' });
  assert.deepEqual(returned(answer), { role: 'assistant', content: 'Hi.' });
});

// A gateway hides Gemini's signature in the id: BerriAI/litellm#37849.
test('an id with a signature inside returns unchanged in the call and in its result', () => {
  for (const tail of ['A+/b'.repeat(450), 'A-_b'.repeat(450)]) {
    const id = `call_7f3a__thought__${tail}==`;
    const { message } = streamed({ tool_calls: [{ ...calling(id), index: 0 }] });
    const clientId = String((message.content as ContentBlock[])[0]?.['id']);
    assert.match(clientId, /^[A-Za-z0-9_-]+$/);
    const request = requestOf([user('go'), message, user(result(clientId, 'done'))]);
    const ids = (route: Route): unknown[] =>
      encodeChatRequest(request, route).messages.flatMap((one) =>
        one.role === 'tool'
          ? [one.tool_call_id]
          : one.role === 'assistant'
            ? (one.tool_calls ?? []).map((call) => call.id)
            : [],
      );
    assert.deepEqual(ids(gateway), [id, id]);
    const [elsewhere, again] = ids(routeOf({ provider: 'elsewhere' }));
    assert.match(String(elsewhere), /^[A-Za-z0-9_-]{1,64}$/);
    assert.equal(again, elsewhere);
  }
});

describe('fields of a message', () => {
  const opaque = { reasoning_opaque: 'sealed+/=' };

  test('GitHub Copilot gets reasoning_opaque back with its reasoning (anomalyco/opencode#8900)', () => {
    const deltas = [{ reasoning_text: 'Let me ' }, { reasoning_text: 'see.' }, opaque];
    for (const answer of [
      streamed(...deltas, { content: 'I look.' }, { tool_calls: [{ ...calling('c'), index: 0 }] }),
      streamed(...deltas, { content: 'I look.' }, { tool_calls: [{ ...calling('c'), index: 0 }] }, opaque),
      streamed(...deltas, { content: 'I look.' }),
      whole({ content: 'I look.', reasoning_text: 'Let me see.', ...opaque }),
    ]) {
      const message = returned(answer);
      assert.deepEqual(
        [message?.content, message?.['reasoning_text'], message?.['reasoning_opaque']],
        ['I look.', 'Let me see.', 'sealed+/='],
      );
      assert.deepEqual(dropped(answer), []);
    }
  });

  test('after the text they return with the calls that follow', () => {
    const answer = streamed({ content: 'I look.' }, opaque, { tool_calls: [{ ...calling('c'), index: 0 }] });
    assert.equal(returned(answer)?.['reasoning_opaque'], 'sealed+/=');
  });

  test('after the last text they are left out, and the log names them', () => {
    const answer = streamed({ content: 'Done.' }, opaque);
    assert.deepEqual(answer.message.content, [{ type: 'text', text: 'Done.' }]);
    assert.deepEqual(dropped(answer), ['the field reasoning_opaque of a message, after the last text']);
  });

  test('a field that changes with every piece does not split the text', () => {
    const pieces = ['I ', 'look', '.'].map((content, n) => ({
      content,
      trace: `t${n}`,
      padding: 'x'.repeat(n),
    }));
    const answer = streamed(...pieces, { tool_calls: [{ ...calling('c'), index: 0 }] });
    const texts = (answer.message.content as ContentBlock[]).filter(({ type }) => type === 'text');
    assert.deepEqual(texts, [{ type: 'text', text: 'I look.' }]);
    assert.equal(returned(answer)?.['trace'], 't2');
    assert.equal(returned(answer)?.['padding'], undefined);
    assert.deepEqual(dropped(answer), ['an earlier value of the field trace of a message']);
  });

  test('alone are no answer (P6)', () => {
    assert.deepEqual(streamed({ role: 'assistant', content: '' }, opaque).message.content, []);
  });

  test('a list in pieces is one list (thinking_blocks of LiteLLM, https://docs.litellm.ai/docs/reasoning_content)', () => {
    const block = { type: 'thinking', thinking: 'Let me see.', signature: 'S' };
    const answer = streamed(
      {
        reasoning_content: 'Let me ',
        thinking_blocks: [{ type: 'thinking', thinking: 'Let me ', signature: null }],
      },
      { reasoning_content: 'see.', thinking_blocks: [{ type: 'thinking', thinking: 'see.', signature: '' }] },
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'S' }] },
      { tool_calls: [{ ...calling('c'), index: 0 }] },
    );
    assert.deepEqual(returned(answer)?.['thinking_blocks'], [block]);
  });

  test('content that the client’s format lacks is left out, and the log names it', () => {
    const answer = streamed({ content: 'Hi.', annotations: [{ url: 'secret' }], audio: null });
    assert.deepEqual(dropped(answer), ['the field annotations of a message']);
    assert.doesNotMatch(JSON.stringify(returned(answer)), /secret/);
  });
});

test('nothing attached reaches another model, provider or format', () => {
  const answer = streamed(
    { reasoning: 'Hm.', reasoning_opaque: 'SEALED' },
    { content: 'I look.' },
    { tool_calls: [{ ...calling('call_1', { extra_content: 'SEALED' }, { mark: 'SEALED' }), index: 0 }] },
  );
  assert.match(JSON.stringify(returned(answer)), /SEALED.*SEALED.*SEALED/);
  const id = (answer.message.content as ContentBlock[]).find(({ type }) => type === 'tool_use')?.['id'];
  const request = requestOf([user('go'), answer.message, user(result(String(id), 'done'))]);
  const others = [
    routeOf({ provider: 'gateway', modelId: 'gemini-2' }),
    routeOf({ provider: 'elsewhere', modelId: 'gemini-3' }),
    ...[chatRoutes, messagesRoutes, responsesRoutes, geminiRoutes].flatMap((routes) => Object.values(routes)),
  ];
  for (const route of others)
    assert.doesNotMatch(JSON.stringify(codecs[route.format].encodeRequest(request, route)), /SEALED|occ1\./);
});

describe('the limit of 64 KiB', () => {
  test('a longer field is left out and named; the others return', () => {
    const answer = streamed({
      tool_calls: [{ ...calling('c', { big: 'x'.repeat(65_536), small: 'y' }), index: 0 }],
    });
    assert.deepEqual(returned(answer)?.tool_calls, [calling('c', { small: 'y' })]);
    assert.deepEqual(dropped(answer), ['the field big of a call, which is too long']);
  });

  test('a field of many pieces counts as a whole', () => {
    const piece = (n: number) => ({
      thinking_blocks: [{ type: 'thinking', index: 0, thinking: 'x'.repeat(n) }],
    });
    const call = { tool_calls: [{ ...calling('c'), index: 0 }] };
    const fits = streamed(...Array.from({ length: 6000 }, () => piece(10)), call);
    assert.deepEqual(returned(fits)?.['thinking_blocks'], piece(60_000).thinking_blocks);
    const exceeds = streamed(...Array.from({ length: 7000 }, () => piece(10)), call);
    assert.equal(returned(exceeds)?.['thinking_blocks'], undefined);
    assert.deepEqual(dropped(exceeds), ['the field thinking_blocks of a message, which is too long']);
  });
});

test('the log gets no names that could be text, and no values', () => {
  const answer = streamed({ content: 'Hi.' }, { 'my secret plan': 'secret', mark: 'secret' });
  assert.deepEqual(dropped(answer), [
    'a field of a message, after the last text',
    'the field mark of a message, after the last text',
  ]);
});

describe('reasoning_details of several items, calls and thoughts (OpenRouter)', () => {
  const encrypted = (data: string, more: object): object => ({ type: 'reasoning.encrypted', data, ...more });
  const signed = (text: string, signature: string): object => ({ type: 'reasoning.text', text, signature });
  const lists: Record<string, object[]> = {
    'one for each call, without an index': [
      encrypted('A', { id: 'call_1' }),
      encrypted('B', { id: 'call_2' }),
    ],
    'one for each call, with the same index': [
      encrypted('A', { id: 'call_1', index: 0 }),
      encrypted('B', { id: 'call_2', index: 0 }),
    ],
    'without ids': [encrypted('A', { index: 0 }), encrypted('B', { index: 0 })],
    'the same id twice': [encrypted('A', { id: 'rs_1' }), encrypted('B', { id: 'rs_1' })],
    'summaries of two items': [
      { type: 'reasoning.summary', summary: 'One.', id: 'rs_1', index: 0 },
      { type: 'reasoning.summary', summary: 'Two.', id: 'rs_2', index: 0 },
      encrypted('A', { id: 'rs_2', index: 0 }),
    ],
    'two signed thoughts': [signed('One.', 'S1'), signed('Two.', 'S2')],
  };
  for (const [name, details] of Object.entries(lists)) {
    const ways: Record<string, Answered> = {
      'in one delta': streamed({ reasoning_details: details }, { content: 'Yes.' }),
      'in a delta each': streamed(...details.map((one) => ({ reasoning_details: [one] })), {
        content: 'Yes.',
      }),
      whole: whole({ role: 'assistant', content: 'Yes.', reasoning_details: details }),
    };
    for (const [how, answer] of Object.entries(ways))
      test(`${name}, ${how}`, () => assert.deepEqual(returned(answer)?.reasoning_details, details));
  }

  test('a thought in pieces, whose signature comes last, is one', () => {
    const piece = (more: object): object => ({
      reasoning_details: [{ type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0, ...more }],
    });
    const answer = streamed(piece({ text: 'Let' }), piece({ text: ' me' }), piece({ signature: 'S' }), {
      content: 'Yes.',
    });
    const [detail, ...others] = returned(answer)?.reasoning_details ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual(detail, {
      type: 'reasoning.text',
      format: 'anthropic-claude-v1',
      index: 0,
      text: 'Let me',
      signature: 'S',
    });
  });
});
