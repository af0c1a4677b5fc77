/** Properties of the writer for random sequences of calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isRemark,
  type AnswerBlock,
  type Decoded,
  type Delta,
  type StopReason,
  type StreamEvent,
} from '../../lib/anthropic/events.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { writer, type Writer } from '../../lib/anthropic/writer.ts';

/** One call of the writer. There are few keys, so that they collide. */
type Call =
  | { do: 'prose'; type: 'text' | 'thinking'; text: string }
  | { do: 'signature'; signature: string }
  | { do: 'open'; key: number; block: AnswerBlock }
  | { do: 'delta'; key: number; delta: Delta }
  | { do: 'close'; key: number };

const text = fc.oneof(fc.constantFrom('', ' ', 'a', '\n', '😀'), fc.string({ maxLength: 4 }));
const key = fc.nat(3);
const json = fc.constantFrom('', ' ', '{}', '{"a":', '1}', '{"a":1}', '}', 'junk', 'null', '[');
const id = fc.constantFrom('', 'call_1', 'call_2', 'toolu_1_0', 'toolu_1_3');

const block: fc.Arbitrary<AnswerBlock> = fc.oneof(
  text.map((text) => ({ type: 'text', text })),
  fc.tuple(text, text).map(([thinking, signature]) => ({ type: 'thinking', thinking, signature })),
  fc
    .tuple(id, fc.constantFrom<unknown>({}, { a: 1 }, null, '', '{"a":1}'))
    .map(([id, input]) => ({ type: 'tool_use', id, name: 'Read', input })),
  fc.constantFrom<AnswerBlock>(
    { type: 'redacted_thinking', data: 'x' },
    { type: 'mystery' },
    { type: 'constructor' },
  ),
);

const delta: fc.Arbitrary<Delta> = fc.oneof(
  text.map((text) => ({ type: 'text_delta' as const, text })),
  text.map((thinking) => ({ type: 'thinking_delta' as const, thinking })),
  text.map((signature) => ({ type: 'signature_delta' as const, signature })),
  json.map((partial_json) => ({ type: 'input_json_delta' as const, partial_json })),
  fc.constant({ type: 'citations_delta' as const, citation: {} }),
  fc.constant({ type: 'text_delta', text: null } as unknown as Delta),
);

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    do: fc.constant('prose' as const),
    type: fc.constantFrom('text' as const, 'thinking' as const),
    text,
  }),
  fc.record({ do: fc.constant('signature' as const), signature: text }),
  fc.record({ do: fc.constant('open' as const), key, block }),
  fc.record({ do: fc.constant('delta' as const), key, delta }),
  fc.record({ do: fc.constant('close' as const), key }),
);

const calls = fc.array(call, { maxLength: 30 });
const reason = fc.constantFrom<StopReason>(
  'end_turn',
  'tool_use',
  'max_tokens',
  'stop_sequence',
  'refusal',
  'pause_turn',
);
const usage = { input_tokens: 1, output_tokens: 1 };

function apply(answer: Writer, call: Call): boolean {
  switch (call.do) {
    case 'prose':
      answer.prose(call.type, call.text);
      return true;
    case 'signature':
      answer.signature(call.signature);
      return true;
    case 'open':
      answer.open(call.key, call.block);
      return true;
    case 'delta':
      return answer.delta(call.key, call.delta);
    case 'close':
      answer.close(call.key);
      return true;
  }
}

function recorder(maxHeld?: number) {
  const events: StreamEvent[] = [];
  const emit = (decoded: Decoded) => {
    if (!isRemark(decoded)) events.push(decoded);
  };
  const options = {
    messageId: 'msg_1',
    model: 'm',
    marker: 'M',
    ...(maxHeld !== undefined && { maxHeld }),
  };
  return { answer: writer(emit, options), events };
}

test('any sequence of calls results in a valid stream', () => {
  fc.assert(
    fc.property(calls, reason, fc.boolean(), (calls, reason, begins) => {
      const { answer, events } = recorder();
      if (begins) answer.begin(usage);
      for (const call of calls) apply(answer, call);
      answer.end({ reason, usage });
      assert.equal(brokenRule(events), undefined);
      assert.ok(events.every((event) => JSON.stringify(event).length > 0));
    }),
    { numRuns: 3000 },
  );
});

test('a failure or an exceeded limit results in a valid stream with one error', () => {
  fc.assert(
    fc.property(calls, fc.nat(30), fc.integer({ min: 0, max: 60 }), (calls, at, maxHeld) => {
      const { answer, events } = recorder(maxHeld);
      for (const [i, call] of calls.entries()) {
        if (i === at) answer.fail('upstream', { type: 'api_error', message: 'gone' });
        apply(answer, call);
      }
      answer.fail('upstream', { type: 'api_error', message: 'gone' });
      assert.equal(brokenRule(events), undefined);
      assert.equal(events.at(-1)?.type, 'error');
    }),
    { numRuns: 3000 },
  );
});

test('the events of a prefix are a prefix of all events', () => {
  fc.assert(
    fc.property(calls, fc.nat(30), (calls, at) => {
      const whole = recorder();
      const part = recorder();
      for (const call of calls) apply(whole.answer, call);
      for (const call of calls.slice(0, at)) apply(part.answer, call);
      assert.deepEqual(part.events, whole.events.slice(0, part.events.length));
    }),
  );
});

/** The text and thinking that the calls write; `accepted` tells for each call whether its delta was accepted. */
function writtenBy(calls: readonly Call[], accepted: readonly boolean[]) {
  const prose = { text: '', thinking: '' };
  for (const [i, call] of calls.entries()) {
    if (call.do === 'prose') prose[call.type] += call.text;
    if (call.do === 'open' && call.block.type === 'text') prose.text += call.block.text ?? '';
    if (call.do === 'open' && call.block.type === 'thinking') prose.thinking += call.block.thinking ?? '';
    if (call.do !== 'delta' || !accepted[i]) continue;
    if (call.delta.type === 'text_delta') prose.text += call.delta.text ?? '';
    if (call.delta.type === 'thinking_delta') prose.thinking += call.delta.thinking;
  }
  return prose;
}

function contentOf(events: readonly StreamEvent[]) {
  const prose = { text: '', thinking: '' };
  const args = new Map<string, string>();
  let id = '';
  for (const event of events) {
    if (event.type === 'content_block_start') {
      id = event.content_block.id ?? '';
      if (event.content_block.type === 'tool_use') args.set(id, '');
    }
    if (event.type !== 'content_block_delta') continue;
    if (event.delta.type === 'text_delta') prose.text += event.delta.text;
    if (event.delta.type === 'thinking_delta') prose.thinking += event.delta.thinking;
    if (event.delta.type === 'input_json_delta')
      args.set(id, (args.get(id) ?? '') + event.delta.partial_json);
  }
  return { prose, args };
}

test('text and thinking arrive whole and in order (L9)', () => {
  const known = calls.map((calls) =>
    calls.filter((call) => call.do !== 'open' || !['mystery', 'constructor'].includes(call.block.type)),
  );
  fc.assert(
    fc.property(known, (calls) => {
      const { answer, events } = recorder();
      const accepted = calls.map((call) => apply(answer, call));
      answer.end({ reason: 'max_tokens', usage });
      assert.deepEqual(contentOf(events).prose, writtenBy(calls, accepted));
    }),
    { numRuns: 3000 },
  );
});

test('interleaved arguments arrive whole in their own calls (L3, L9)', () => {
  const value = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  const order = fc.array(fc.nat(2), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 3, maxLength: 3 }),
      order,
      fc.integer({ min: 1, max: 9 }),
      (values, order, size) => {
        const { answer, events } = recorder();
        const texts = values.map((value) => JSON.stringify(value));
        const rest = texts.map((text) => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []);
        for (const i of [0, 1, 2]) answer.open(i, { type: 'tool_use', id: `c${i}`, name: 'Read', input: {} });
        for (const i of [...order, ...rest.flatMap((pieces, i) => pieces.map(() => i))]) {
          const piece = rest[i]?.shift();
          if (piece !== undefined)
            assert.ok(answer.delta(i, { type: 'input_json_delta', partial_json: piece }));
        }
        answer.end({ reason: 'tool_use', usage });
        assert.equal(brokenRule(events), undefined);
        assert.deepEqual(
          [...contentOf(events).args],
          texts.map((text, i) => [`c${i}`, text]),
        );
      },
    ),
  );
});
