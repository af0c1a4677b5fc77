/** What single events become for clients of Chat Completions. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  messageStart,
  type AnswerBlock,
  type Delta,
  type StopReason,
  type StreamEvent,
} from '../../../../lib/anthropic/events.ts';
import { endpoints } from '../../../../lib/wire/chat/served/endpoints.ts';
import { chatBody, printAll, printerFor, printWhole, textOf } from '../../../support/chat/served.ts';
import { readServedStream, type ServedAnswer } from '../../../support/chat/served-grammar.ts';
import { requestedModel } from '../../../support/turns.ts';

type Block = [start: AnswerBlock, ...deltas: Delta[]];

const text = (words: string): Block => [
  { type: 'text', text: '' },
  { type: 'text_delta', text: words },
];
const call = (id: string, name: string, ...args: string[]): Block => [
  { type: 'tool_use', id, name, input: {} },
  ...args.map((partial_json): Delta => ({ type: 'input_json_delta', partial_json })),
];

/** The events of an answer with these blocks. */
function answer(
  blocks: readonly Block[],
  reason: StopReason = 'end_turn',
  usage: object = {},
): StreamEvent[] {
  return [
    messageStart('msg_1', 'm', { input_tokens: 10, output_tokens: 0, cache_read_input_tokens: 5 }),
    ...blocks.flatMap(([start, ...deltas], index): StreamEvent[] => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta): StreamEvent => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 7, ...usage },
    },
    { type: 'message_stop' },
  ];
}

function read(events: readonly StreamEvent[], body: object = chatBody(), legacy = false): ServedAnswer {
  const includeUsage = JSON.stringify(body).includes('"include_usage":true');
  const printed = readServedStream(printAll(events, body), { model: requestedModel, includeUsage, legacy });
  assert.equal(printed.broken, undefined);
  return printed;
}

const custom = chatBody({ tools: [{ type: 'custom', custom: { name: 'patch' } }] });
const legacy = chatBody({ functions: [{ name: 'f' }] });

test('deltas of blocks that the format does not have are left out', () => {
  const compaction: Block = [
    { type: 'compaction', content: null },
    { type: 'compaction_delta', content: 'S' },
  ];
  const unknown: Block = [{ type: 'later' }, { type: 'later_delta', value: 'S' } as unknown as Delta];
  const events = answer([compaction, unknown, text('a')]);
  const printer = printerFor();
  for (const event of events) assert.equal(typeof printer.print(event), 'string', event.type);
  assert.equal(read(events).text, 'a');
});

test('finish reasons', () => {
  const expected: [StopReason, string][] = [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['compaction', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
  ];
  for (const [reason, finish] of expected) {
    assert.equal(read(answer([text('a')], reason)).finish, finish);
    const [choice] = printWhole(answer([text('a')], reason))['choices'] as { finish_reason: string }[];
    assert.equal(choice?.finish_reason, finish);
  }
});

test('usage includes cached tokens, and reasoning where it is known', () => {
  const events = answer([text('a')], 'end_turn', {
    cache_creation_input_tokens: 3,
    output_tokens_details: { thinking_tokens: 4 },
  });
  const expected = {
    prompt_tokens: 18,
    completion_tokens: 7,
    total_tokens: 25,
    prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 3 },
    completion_tokens_details: { reasoning_tokens: 4 },
  };
  assert.deepEqual(read(events, chatBody({ stream_options: { include_usage: true } })).usage, expected);
  assert.deepEqual(printWhole(events)['usage'], expected);
});

describe('calls', () => {
  test('without arguments have an empty object, unless the turn was cut', () => {
    const both = read(answer([call('a', 'f'), call('b', 'f')], 'tool_use'));
    assert.deepEqual(
      both.calls.map(({ args }) => args),
      ['{}', '{}'],
    );
    const cut = read(answer([call('a', 'f'), call('b', 'f')], 'max_tokens'));
    assert.deepEqual(
      cut.calls.map(({ args }) => args),
      ['{}', ''],
    );
  });

  test('of free-form tools come whole, and not at all if they are cut', () => {
    const whole = read(
      answer([call('a', 'patch', '{"inp', 'ut":"x \\"y\\""}'), text('b')], 'tool_use'),
      custom,
    );
    assert.deepEqual(whole.calls, [{ id: 'a', type: 'custom', name: 'patch', args: 'x "y"' }]);
    assert.deepEqual(read(answer([call('a', 'patch')], 'tool_use'), custom).calls[0]?.args, '');
    assert.deepEqual(read(answer([call('a', 'patch', '{"input":"x')], 'max_tokens'), custom).calls, []);
    // A model that ignores the schema.
    assert.equal(
      read(answer([call('a', 'patch', '{"patch":1}')], 'tool_use'), custom).calls[0]?.args,
      '{"patch":1}',
    );
  });

  test('of functions of the older form', () => {
    const { calls, finish } = read(
      answer([text('a'), call('c', 'f', '{"a"', ':1}')], 'tool_use'),
      legacy,
      true,
    );
    assert.deepEqual([calls[0]?.name, calls[0]?.args, finish], ['f', '{"a":1}', 'function_call']);
    const whole = printWhole(answer([call('c', 'f', '{"a":1}')], 'tool_use'), legacy);
    const [choice] = whole['choices'] as { message: object; finish_reason: string }[];
    assert.deepEqual(choice, {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        refusal: null,
        function_call: { name: 'f', arguments: '{"a":1}' },
      },
      logprobs: null,
      finish_reason: 'function_call',
    });
  });

  test('that Anthropic’s servers made are not for the client', () => {
    const server: Block = [
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      { type: 'input_json_delta', partial_json: '{"query":"x"}' },
    ];
    const result: Block = [{ type: 'web_search_tool_result', tool_use_id: 's', content: [] }];
    assert.deepEqual(read(answer([server, result, text('a')])).calls, []);
  });
});

test('citations of pages are annotations of their text, streamed and whole', () => {
  const citation = {
    type: 'web_search_result_location',
    url: 'https://a.example/',
    title: 'A',
    cited_text: 'x',
  };
  const cited: Block = [
    { type: 'text', text: '', citations: [] },
    { type: 'citations_delta', citation },
    { type: 'citations_delta', citation: { type: 'char_location', document_index: 0 } },
    { type: 'text_delta', text: 'cited' },
  ];
  const events = answer([text('So: '), cited, text('.')]);
  const expected = [
    {
      type: 'url_citation',
      url_citation: { url: 'https://a.example/', title: 'A', start_index: 4, end_index: 9 },
    },
  ];
  const printed = printAll(events);
  assert.equal(read(events).text, 'So: cited.');
  assert.deepEqual(printed.match(/"annotations":(\[.*?\])\}/)?.[1], JSON.stringify(expected));
  const [choice] = printWhole(events)['choices'] as { message: { annotations: unknown } }[];
  assert.deepEqual(choice?.message.annotations, expected);
});

test('redacted thinking is a field beside the text', () => {
  const { details, text: words } = read(answer([[{ type: 'redacted_thinking', data: 'D' }], text('a')]));
  assert.equal(words, 'a');
  assert.deepEqual(details, [{ type: 'reasoning.encrypted', data: 'occ-redacted.0.0.0.D', index: 0 }]);
});

test('nothing is printed for an answer before it begins, and nothing for pings', () => {
  const printer = printerFor();
  assert.match(
    textOf(printer.start(messageStart('msg_1', 'm', { input_tokens: 1, output_tokens: 0 }))),
    /^:[^\n]*\n\n$/,
  );
  assert.match(printer.heartbeat, /^:[^\n]*\n\n$/);
  assert.equal(printer.print({ type: 'ping' }), '');
});

test('an answer without content is an empty one', () => {
  const empty = read(answer([]));
  assert.deepEqual([empty.text, empty.calls, empty.finish, empty.ended], ['', [], 'stop', 'done']);
});

test('an error ends the stream, as an event of the upstream and as one of occ', () => {
  const begun = answer([text('a')]).slice(0, 3);
  const error = { type: 'rate_limit_error', message: 'slow down' } as const;
  const event = read([...begun, { type: 'error', error }]);
  assert.deepEqual(event.error, {
    message: 'slow down',
    type: 'rate_limit_error',
    param: null,
    code: 'rate_limit_exceeded',
  });
  const own = printerFor().error({ ...error, status: 429, requestId: 'req_1' });
  assert.deepEqual(readServedStream(own, { model: requestedModel }).error, event.error);
});

test('endpoints', () => {
  for (const path of ['/v1/chat/completions', '/chat/completions'])
    assert.deepEqual(endpoints.find(path), { does: 'answer', method: 'POST' });
  assert.equal(endpoints.find('/v1/chat/completions/chatcmpl-1/messages')?.does, 'refuse');
  for (const path of ['/v1/chat', '/v1/chat/completionsx', '/v1/completions', '/v1/messages', '/__proto__'])
    assert.equal(endpoints.find(path), undefined, path);
});
