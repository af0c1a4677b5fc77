/** How answers are printed for Responses clients: calls of each kind of tool, reasoning, searches, and endings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type OpenAI from 'openai';
import { tagSignature } from '../../../../lib/anthropic/provenance.ts';
import { messageStart, usageOf, type StreamEvent } from '../../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import { promptTooLong } from '../../../../lib/anthropic/errors.ts';
import type { MessagesRequest } from '../../../../lib/anthropic/request.ts';
import { toText, type JsonObject } from '../../../../lib/json.ts';
import { continued } from '../../../../lib/wire/responses/replay.ts';
import { endpoints } from '../../../../lib/wire/responses/served/endpoints.ts';
import { nastyText, piecesOf, runs } from '../../../support/arbitraries.ts';
import { messageId, requestedModel } from '../../../support/turns.ts';
import {
  finalOf,
  lawful,
  plainBody,
  printed,
  printerFor,
  readBody,
  sdkOutput,
} from '../../../support/responses/served.ts';

const start: StreamEvent = messageStart(messageId, requestedModel, usageOf(9));
const patch = { type: 'custom', name: 'apply_patch', description: 'Edits files.' };
const run = { type: 'function', name: 'run', parameters: { type: 'object', properties: {} } };
const body: JsonObject = {
  ...plainBody,
  tools: [patch, { type: 'namespace', name: 'ns', tools: [run] }, { type: 'local_shell' }, run],
};

type Block = { block: { type: string; [key: string]: unknown }; deltas?: object[] };

/** The events of an answer with these blocks. */
function answer(
  blocks: readonly Block[],
  stop = 'end_turn',
  usage: object = { output_tokens: 5 },
): StreamEvent[] {
  const middle = blocks.flatMap(({ block, deltas = [] }, index) => [
    { type: 'content_block_start', index, content_block: block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]);
  const end = { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage };
  return [start, ...middle, end, { type: 'message_stop' }] as StreamEvent[];
}

const text = (...pieces: string[]): Block => ({
  block: { type: 'text', text: '' },
  deltas: pieces.map((piece) => ({ type: 'text_delta', text: piece })),
});
const call = (name: string, ...pieces: string[]): Block => ({
  block: { type: 'tool_use', id: `call_${name}`, name, input: {} },
  deltas: pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
});
const thought = (thinking: string, signature: string): Block => ({
  block: { type: 'thinking', thinking: '', signature: '' },
  deltas: [
    ...(thinking === '' ? [] : [{ type: 'thinking_delta', thinking }]),
    { type: 'signature_delta', signature },
  ],
});

const types = (events: readonly JsonObject[]): string[] =>
  events.map(({ type }) => toText(type).replace('response.', ''));
const blocksOf = ({ messages: [first] }: MessagesRequest): JsonObject[] =>
  (first?.content ?? []) as JsonObject[];
const outputOf = (events: readonly JsonObject[]): JsonObject[] => finalOf(events)['output'] as JsonObject[];

test('the events of a text, in the order of OpenAI', () => {
  const events = lawful(printed(answer([text('Hel', 'lo')])));
  assert.deepEqual(types(events), [
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ]);
  const { usage, store, status, model } = finalOf(events);
  assert.deepEqual({ store, status, model }, { store: false, status: 'completed', model: requestedModel });
  assert.deepEqual(usage, {
    input_tokens: 9,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 14,
  });
});

test('cached tokens are part of the input', () => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 7,
    output_tokens: 5,
    output_tokens_details: { thinking_tokens: 3 },
  };
  assert.deepEqual(finalOf(lawful(printed(answer([text('a')], 'end_turn', usage))))['usage'], {
    input_tokens: 117,
    input_tokens_details: { cached_tokens: 100, cache_write_tokens: 7 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: 122,
  });
});

test('a response has every field that OpenAI’s SDK requires', () => {
  type Required<T> = { [K in keyof T as object extends Pick<T, K> ? never : K]: true };
  // The SDK itself computes `output_text`, and the newest one requires `access_programs`.
  const required: Required<Omit<OpenAI.Responses.Response, 'output_text'>> & { access_programs: true } = {
    id: true,
    access_programs: true,
    created_at: true,
    error: true,
    incomplete_details: true,
    instructions: true,
    metadata: true,
    model: true,
    object: true,
    output: true,
    parallel_tool_calls: true,
    temperature: true,
    tool_choice: true,
    tools: true,
    top_p: true,
  };
  for (const { type, response } of lawful(printed(answer([text('a')]), plainBody)))
    if (response !== undefined)
      for (const name of Object.keys(required))
        assert.ok(Object.hasOwn(response as JsonObject, name), `${toText(type)}: ${name}`);
});

test('what the client asked for stands in the response', () => {
  const asked = {
    ...body,
    instructions: 'Be brief.',
    max_output_tokens: 77,
    temperature: 0.5,
    metadata: { a: 'b' },
    reasoning: { effort: 'low' },
    store: true,
    text: { format: { type: 'json_object' } },
  };
  const [created] = lawful(printed(answer([text('a')]), asked));
  const response = created?.['response'] as JsonObject;
  for (const name of ['instructions', 'max_output_tokens', 'temperature', 'metadata', 'text'] as const)
    assert.deepEqual(response[name], asked[name as keyof typeof asked], name);
  const whole = (tool: JsonObject): JsonObject =>
    tool['type'] === 'function' ? { description: null, parameters: null, strict: null, ...tool } : tool;
  assert.deepEqual(response['tools'], ((asked as JsonObject)['tools'] as JsonObject[]).map(whole));
  assert.deepEqual(response['reasoning'], { effort: 'low', summary: null });
  assert.equal(response['store'], false);
});

describe('calls', () => {
  test('a function of a group gets its group back, any other name passes', () => {
    const events = lawful(
      printed(
        answer([call('ns__run', '{"a"', ':1}'), call('run', '{}'), call('other', '{}')], 'tool_use'),
        body,
      ),
    );
    assert.deepEqual(
      outputOf(events).map(({ type, namespace, name, arguments: args, call_id }) => [
        type,
        namespace,
        name,
        args,
        call_id,
      ]),
      [
        ['function_call', 'ns', 'run', '{"a":1}', 'call_ns__run'],
        ['function_call', undefined, 'run', '{}', 'call_run'],
        ['function_call', undefined, 'other', '{}', 'call_other'],
      ],
    );
  });

  test('no arguments are an empty object', () => {
    const events = lawful(printed(answer([call('run'), text('after')], 'tool_use'), body));
    assert.equal(outputOf(events)[0]?.['arguments'], '{}');
  });

  test('a tool with free text gets its text, in pieces as they come', () => {
    const events = lawful(
      printed(
        answer([call('apply_patch', '{"inp', 'ut": "*** Begin\\', 'n\\u00', 'e9\\"', ' end"}')], 'tool_use'),
        body,
      ),
    );
    assert.deepEqual(
      events.filter(({ type }) => type === 'response.custom_tool_call_input.delta').map(({ delta }) => delta),
      ['*** Begin', '\n', 'é"', ' end'],
    );
    const [item] = outputOf(events);
    assert.deepEqual(
      [item?.['type'], item?.['name'], item?.['input']],
      ['custom_tool_call', 'apply_patch', '*** Begin\né" end'],
    );
  });

  test('arguments that are no text for the tool pass as they are, so that it can refuse them', () => {
    const events = lawful(printed(answer([call('apply_patch', '{"patch":"x"}')], 'tool_use'), body));
    assert.equal(outputOf(events)[0]?.['input'], '{"patch":"x"}');
  });

  test('any text in any spelling and any pieces arrives', () => {
    const spelled = fc.tuple(nastyText, fc.boolean(), fc.boolean()).map(([input, ascii, spaced]) => {
      const json = JSON.stringify({ input }, undefined, spaced ? 2 : undefined);
      return ascii
        ? json.replace(/[^ -~\n]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : json;
    });
    fc.assert(
      fc.property(
        spelled.chain((json) => piecesOf(json).map((pieces) => ({ json, pieces }))),
        ({ json, pieces }) => {
          const events = lawful(printed(answer([call('apply_patch', ...pieces)], 'tool_use'), body));
          const { input } = JSON.parse(json) as { input: string };
          assert.equal(outputOf(events)[0]?.['input'], input);
          assert.deepEqual(sdkOutput(events.slice(0, -1)), outputOf(events));
        },
      ),
      runs,
    );
  });

  test('the local shell has an item of its own', () => {
    const events = lawful(printed(answer([call('local_shell', '{"command":["ls"]}')], 'tool_use'), body));
    const [item] = outputOf(events);
    assert.deepEqual(
      [item?.['type'], item?.['action']],
      ['local_shell_call', { type: 'exec', command: ['ls'] }],
    );
  });

  for (const pieces of [[], ['{"a":'], ['{"input":"rm -rf']])
    for (const name of ['run', 'apply_patch', 'local_shell'])
      test(`a call of ${name} that is cut in ${JSON.stringify(pieces)} is never done (R7)`, () => {
        const events = lawful(printed(answer([text('I will.'), call(name, ...pieces)], 'max_tokens'), body));
        assert.deepEqual(
          outputOf(events).map(({ type }) => type),
          ['message'],
        );
        assert.equal(finalOf(events)['status'], 'incomplete');
      });

  test('a whole call in an answer that is cut is done', () => {
    const events = lawful(printed(answer([call('run', '{"a":1}')], 'max_tokens'), body));
    assert.equal(outputOf(events)[0]?.['status'], 'completed');
  });
});

describe('reasoning', () => {
  const origin = { format: 'responses', provider: 'p', modelId: 'a/b' };

  test('the signature is the encrypted content, also if the client did not request it', () => {
    const own = tagSignature(origin, 'sealed');
    const events = lawful(printed(answer([thought('hm', own), thought('', 'Claude=='), text('a')])));
    assert.deepEqual(
      outputOf(events).map(({ summary, encrypted_content }) => [summary, encrypted_content]),
      [
        [[{ type: 'summary_text', text: 'hm' }], own],
        [[], 'occs.Claude=='],
        [undefined, undefined],
      ],
    );
  });

  test('parts of one item stay one item, and come back as they were', () => {
    const blocks = [
      thought('one', tagSignature(origin, continued)),
      thought('two', tagSignature(origin, continued)),
      thought('three', tagSignature(origin, 'sealed')),
      thought('four', tagSignature(origin, 'other')),
    ];
    const events = lawful(printed(answer([...blocks, text('a')])));
    const output = outputOf(events);
    assert.deepEqual(
      output.map(({ summary }) => (summary as unknown[] | undefined)?.length),
      [3, 1, undefined],
    );
    const { request } = readBody({ ...plainBody, input: output });
    assert.deepEqual(
      blocksOf(request)
        .slice(0, 4)
        .map(({ thinking, signature }) => [thinking, signature]),
      ['one', 'two', 'three', 'four'].map((thinking, at) => [
        thinking,
        tagSignature(origin, [continued, continued, 'sealed', 'other'][at]),
      ]),
    );
  });

  test('redacted thinking comes back as it was', () => {
    const events = lawful(
      printed(answer([{ block: { type: 'redacted_thinking', data: 'xyz' } }, text('a')])),
    );
    const { request } = readBody({ ...plainBody, input: outputOf(events) });
    assert.deepEqual(blocksOf(request)[0], {
      type: 'redacted_thinking',
      data: 'xyz',
    });
  });
});

test('a search that the upstream ran, with its pages and citations, and back', () => {
  const events = lawful(
    printed(
      answer([
        { block: { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'occ' } } },
        {
          block: {
            type: 'web_search_tool_result',
            tool_use_id: 's1',
            content: [{ type: 'web_search_result', url: 'https://a.test', title: 'A' }],
          },
        },
        {
          block: { type: 'text', text: '' },
          deltas: [
            { type: 'text_delta', text: 'Found.' },
            {
              type: 'citations_delta',
              citation: { type: 'web_search_result_location', url: 'https://a.test', title: 'A' },
            },
          ],
        },
      ]),
    ),
  );
  const [search, message] = outputOf(events);
  assert.deepEqual(search?.['action'], {
    type: 'search',
    query: 'occ',
    queries: ['occ'],
    sources: [{ type: 'url', url: 'https://a.test' }],
  });
  const [part] = (message ?? {})['content'] as JsonObject[];
  assert.deepEqual(part?.['annotations'], [
    { type: 'url_citation', start_index: 0, end_index: 6, url: 'https://a.test', title: 'A' },
  ]);
  const { request } = readBody({ ...plainBody, input: outputOf(events) });
  assert.deepEqual(
    blocksOf(request).map(({ type }) => type),
    ['server_tool_use', 'web_search_tool_result', 'text'],
  );
});

test('a citation tells the whole text, whether it comes before, behind or with its block', () => {
  const citation = { type: 'web_search_result_location', url: 'https://a.test', title: 'A' };
  const cited = { type: 'citations_delta', citation } as const;
  const words = { type: 'text_delta', text: 'Found.' } as const;
  const block = { type: 'text', text: '' };
  const expected = [
    { type: 'url_citation', start_index: 0, end_index: 6, url: 'https://a.test', title: 'A' },
  ];
  for (const one of [
    { block, deltas: [cited, words] },
    { block, deltas: [words, cited] },
    { block: { ...block, citations: [citation] }, deltas: [words] },
  ]) {
    const [message] = outputOf(lawful(printed(answer([one]))));
    const [part] = (message ?? {})['content'] as JsonObject[];
    assert.deepEqual(part?.['annotations'], expected);
    const folded = foldMessage(answer([one]));
    assert(folded);
    assert.deepEqual((printerFor().whole(folded) as JsonObject)['output'], [message]);
  }
});

describe('endings', () => {
  const cases = [
    ['end_turn', 'completed', undefined],
    ['stop_sequence', 'completed', undefined],
    ['max_tokens', 'incomplete', 'max_output_tokens'],
    ['model_context_window_exceeded', 'incomplete', 'max_output_tokens'],
    ['pause_turn', 'incomplete', 'max_output_tokens'],
    ['refusal', 'incomplete', 'content_filter'],
  ] as const;
  for (const [stop, status, reason] of cases)
    test(stop, () => {
      const final = finalOf(lawful(printed(answer([text('a')], stop))));
      assert.equal(final['status'], status);
      assert.deepEqual(final['incomplete_details'], reason === undefined ? null : { reason });
    });

  const error = { status: 500, type: 'api_error', message: 'it broke', requestId: 'req_1' } as const;

  test('a stream that fails in an item, after one that was done', () => {
    const printer = printerFor();
    const before = answer([text('one'), text('two')]).slice(0, 6);
    const sent = before.map((event) => printer.print(event)).join('');
    const events = lawful(sent + printer.error(error));
    const { status, error: said, output } = finalOf(events);
    assert.deepEqual([status, said], ['failed', { code: 'server_error', message: 'it broke' }]);
    assert.equal((output as unknown[]).length, 1);
    assert.equal(printer.error(error), '', 'nothing follows the end');
    assert.equal(printer.print({ type: 'message_stop' }), '');
  });

  test('a stream that fails before anything was printed is still one', () => {
    const printer = printerFor();
    assert.equal(printer.start(start as never), ': keep-alive\n\n');
    assert.equal(finalOf(lawful(printer.error(error)))['status'], 'failed');
  });

  test('the code says what a client can do', () => {
    const codeOf = (type: string, message = 'no'): unknown =>
      (finalOf(lawful(printerFor().error({ ...error, type, message } as never)))['error'] as JsonObject)[
        'code'
      ];
    assert.equal(codeOf('rate_limit_error'), 'rate_limit_exceeded');
    assert.equal(codeOf('overloaded_error'), 'server_error');
    assert.equal(codeOf('billing_error'), 'insufficient_quota');
    assert.equal(codeOf('authentication_error'), 'invalid_prompt');
    assert.equal(
      codeOf('invalid_request_error', promptTooLong({ requested: 9, limit: 8 })),
      'context_length_exceeded',
    );
    assert.equal(codeOf('invalid_request_error', promptTooLong({})), 'context_length_exceeded');
  });
});

describe('endpoints', () => {
  test('paths', () => {
    for (const path of ['/v1/responses', '/responses', '/v1/responses/'])
      assert.deepEqual(endpoints.find(path), { does: 'answer', method: 'POST' });
    for (const path of [
      '/v1/responses/resp_1',
      '/responses/resp_1/cancel',
      '/v1/responses/resp_1/input_items',
    ])
      assert.match(String(endpoints.find(path)?.why), /stores no answers.*`input`/);
    assert.match(String(endpoints.find('/v1/responses/compact')?.why), /summarize/);
    for (const path of ['/v1/messages', '/v1/responsesx', '/v2/responses', '/v1/chat/completions'])
      assert.equal(endpoints.find(path), undefined);
  });

  test('errors', () => {
    const bodyOf = (type: string, message = 'no', param?: string): unknown =>
      endpoints.error({ status: 400, type, message, requestId: 'r', ...(param && { param }) } as never);
    assert.deepEqual(bodyOf('invalid_request_error', 'no', 'input[0]'), {
      error: { message: 'no', type: 'invalid_request_error', param: 'input[0]', code: null },
    });
    assert.deepEqual(bodyOf('authentication_error'), {
      error: { message: 'no', type: 'authentication_error', param: null, code: 'invalid_api_key' },
    });
    assert.deepEqual(bodyOf('invalid_request_error', promptTooLong({ requested: 9, limit: 8 })), {
      error: {
        message: 'prompt is too long: 9 tokens > 8 maximum',
        type: 'invalid_request_error',
        param: null,
        code: 'context_length_exceeded',
      },
    });
  });
});
