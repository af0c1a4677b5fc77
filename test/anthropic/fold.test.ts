/** Folding events into a message, compared with Anthropic's own SDK (L14). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  isRemark,
  type Decoded,
  type Message,
  type StopReason,
  type StreamEvent,
} from '../../lib/anthropic/events.ts';
import { fold, foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { writer, type Writer } from '../../lib/anthropic/writer.ts';
import { sdkMessage } from '../support/sdk-message.ts';

function eventsOf(
  write: (answer: Writer) => void,
  reason: StopReason = 'end_turn',
  extra: object = {},
): StreamEvent[] {
  const out: Decoded[] = [];
  const answer = writer((one) => out.push(one), { messageId: 'msg_1', model: 'm', marker: 'M' });
  answer.begin({ input_tokens: 3, output_tokens: 0, cache_read_input_tokens: 2 });
  write(answer);
  answer.end({ reason, usage: { output_tokens: 9, ...extra } });
  return out.filter((one): one is StreamEvent => !isRemark(one));
}

/** The fields that both folds have; the SDK adds others. */
function comparable(message: unknown): object {
  const { id, type, role, model, content, stop_reason, stop_sequence, usage } = JSON.parse(
    JSON.stringify(message),
  ) as Message;
  return { id, type, role, model, content, stop_reason, stop_sequence, usage };
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
const input = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const part = fc.oneof(
  text.map((text) => (answer: Writer) => answer.prose('text', text)),
  text.map((text) => (answer: Writer) => answer.prose('thinking', text)),
  text.map((text) => (answer: Writer) => answer.signature(text)),
  fc.constant((answer: Writer) => answer.open('r', { type: 'redacted_thinking', data: 'x' })),
  fc.tuple(input, fc.nat(20)).map(([input, at]) => (answer: Writer) => {
    const json = JSON.stringify(input);
    answer.open('t', { type: 'tool_use', id: '', name: 'Read', input: {} });
    for (const piece of [json.slice(0, at), json.slice(at)])
      answer.delta('t', { type: 'input_json_delta', partial_json: piece });
    answer.close('t');
  }),
);

test('any valid stream folds to the same message as in the SDK', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), fc.nat(5), async (parts, tokens) => {
      const events = eventsOf((answer) => parts.forEach((write) => write(answer)), 'end_turn', {
        input_tokens: tokens,
      });
      assert.equal(brokenRule(events), undefined);
      assert.deepEqual(comparable(foldMessage(events)), comparable(await sdkMessage(events)));
    }),
    { numRuns: 300 },
  );
});

test('usage replaces earlier values, except by null', () => {
  const usage = (extra: object) =>
    foldMessage(eventsOf((answer) => answer.prose('text', 'a'), 'end_turn', extra))?.usage;
  assert.deepEqual(usage({}), { input_tokens: 3, output_tokens: 9, cache_read_input_tokens: 2 });
  assert.deepEqual(usage({ input_tokens: 7, cache_read_input_tokens: null }), {
    input_tokens: 7,
    output_tokens: 9,
    cache_read_input_tokens: 2,
  });
});

describe('an incomplete tool call is dropped, because the client runs every call (L14)', () => {
  const call = (args: string) => (answer: Writer) => {
    answer.prose('text', 'a');
    answer.open('t', { type: 'tool_use', id: 'c', name: 'Read', input: {} });
    answer.delta('t', { type: 'input_json_delta', partial_json: args });
  };
  const types = (events: readonly StreamEvent[]) => foldMessage(events)?.content.map(({ type }) => type);

  for (const args of ['{"a":', 'null', '[1]', '', '{}{}x'])
    test(`in a turn that was cut: ${args || 'no arguments'}`, () =>
      assert.deepEqual(types(eventsOf(call(args), 'max_tokens')), ['text']));

  test('a complete call is kept, also in a turn that was cut', () => {
    assert.deepEqual(types(eventsOf(call('{"a":1}'), 'max_tokens')), ['text', 'tool_use']);
    assert.deepEqual(foldMessage(eventsOf(call('{"a":1}')))?.content.at(-1)?.input, { a: 1 });
  });

  test('a call without arguments is kept with empty input if the turn was not cut', () => {
    assert.deepEqual(foldMessage(eventsOf(call('')))?.content.at(-1)?.input, {});
  });

  test('wherever the stream breaks off', () => {
    const events = eventsOf(call('{"a":1}'));
    const stop = events.findLastIndex(({ type }) => type === 'content_block_stop');
    for (let length = 1; length <= events.length; length++) {
      const found = types(events.slice(0, length))?.includes('tool_use');
      assert.equal(found, length > stop, `after ${length} events`);
    }
  });
});

test('before message_start there is no message', () => assert.equal(fold().message(), undefined));

test('the fold does not change events', () => {
  const events = eventsOf((answer) => {
    answer.prose('text', 'a');
    answer.prose('text', 'b');
    answer.open('t', { type: 'tool_use', id: 'c', name: 'Read', input: { a: 1 } });
  });
  const before = JSON.stringify(events);
  foldMessage(events);
  assert.equal(JSON.stringify(events), before);
});
