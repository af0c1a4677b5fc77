/** What changes in the body of a Responses client for an upstream that speaks Responses, too. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tagSignature } from '../../../../lib/anthropic/provenance.ts';
import { toText, type JsonObject } from '../../../../lib/json.ts';
import type { Route } from '../../../../lib/wire/codec.ts';
import { encodeResponsesRequest } from '../../../../lib/wire/responses/request.ts';
import { same } from '../../../../lib/wire/responses/served/same.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { responsesRoutes } from '../../../support/responses/encode.ts';
import { eventsIn, finalOf, lawful, printed, readBody } from '../../../support/responses/served.ts';
import { messageId } from '../../../support/turns.ts';

const { gpt } = responsesRoutes;

function turnOf(body: JsonObject) {
  return {
    request: readBody(body).request,
    session: 'session-1',
    messageId,
    inputTokens: 10,
    given: { format: 'responses', body },
  };
}

function sent(fields: JsonObject, route: Route = gpt): JsonObject | undefined {
  const body: JsonObject = { model: 'asked', input: 'hi', ...fields };
  const before = JSON.stringify(body);
  const encoded = same.encodeRequest(body, turnOf(body), route) as JsonObject | undefined;
  assert.equal(JSON.stringify(body), before, 'the client’s body is not altered');
  return encoded;
}

const withQuirks = (quirks: Partial<Route['quirks']>, facts: Partial<Route> = {}): Route => ({
  ...gpt,
  ...facts,
  quirks: { ...gpt.quirks, ...quirks },
});

test('everything that nothing is said about passes', () => {
  const fields = {
    instructions: 'Be brief.',
    tools: [
      { type: 'custom', name: 'apply_patch', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
      { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'run', strict: true }] },
      { type: 'web_search', external_web_access: false },
      { type: 'image_generation' },
    ],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'custom', name: 'apply_patch' }] },
    parallel_tool_calls: true,
    text: { verbosity: 'low', format: { type: 'json_schema', name: 'a', schema: {}, strict: true } },
    service_tier: 'flex',
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    client_metadata: { x: 'y' },
    include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    reasoning: { effort: 'high', summary: 'detailed' },
    truncation: 'auto',
  };
  const input = [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'dev' }] },
    {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_image', image_url: 'data:image/png;base64,iV' }],
    },
    { type: 'custom_tool_call', call_id: 'c', name: 'apply_patch', input: 'x' },
    { type: 'custom_tool_call_output', call_id: 'c', output: 'ok' },
    { type: 'future_item', id: 'keep', what: [1] },
  ];
  assert.deepEqual(sent({ ...fields, input }), {
    model: gpt.modelId,
    input,
    ...fields,
    store: false,
    stream: true,
  });
});

describe('what changes', () => {
  test('streaming, storing, and the key of the cache', () => {
    assert.deepEqual(sent({ stream: false, store: true }), {
      model: gpt.modelId,
      input: 'hi',
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'session-1',
      store: false,
      stream: true,
    });
  });

  test('limits and sampling', () => {
    assert.equal(sent({ max_output_tokens: 10_000_000 })?.['max_output_tokens'], gpt.maxOutputTokens);
    assert.equal(sent({ max_output_tokens: 1 })?.['max_output_tokens'], 16);
    assert.equal(sent({ temperature: 1, top_p: 1 })?.['temperature'], undefined);
    const free = withQuirks({ temperature: 'free' }, { temperature: 0.25 });
    assert.equal(sent({ temperature: 1 }, free)?.['temperature'], 0.25);
  });

  test('effort', () => {
    const few = { ...gpt, efforts: ['low', 'high'] } as Route;
    assert.deepEqual(sent({ reasoning: { effort: 'medium', summary: 'auto' } }, few)?.['reasoning'], {
      summary: 'auto',
      effort: 'high',
    });
    assert.deepEqual(sent({ reasoning: { effort: 'ultra' } }, few)?.['reasoning'], { effort: 'ultra' });
    assert.deepEqual(sent({}, { ...gpt, reasoningEffort: 'low' })?.['reasoning'], { effort: 'low' });
    const none = withQuirks({ thinking: 'none' });
    const without = sent({ reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'] }, none);
    assert.deepEqual([without?.['reasoning'], without?.['include']], [undefined, undefined]);
  });

  test('reasoning returns to its origin only (P10)', () => {
    const item = (encrypted: string): JsonObject => ({
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      encrypted_content: encrypted,
      unknown: 1,
    });
    const user = { role: 'user', content: 'go' };
    const own = tagSignature(gpt, 'sealed');
    const unsealed = { type: 'reasoning', id: 'rs_2', summary: [{ type: 'summary_text', text: 'unsealed' }] };
    assert.deepEqual(sent({ input: [item(own), unsealed, user] })?.['input'], [
      { type: 'reasoning', summary: [], encrypted_content: 'sealed', unknown: 1 },
      user,
    ]);
    const foreign = [
      item(tagSignature({ ...gpt, provider: 'another' }, 'foreign')),
      item('occs.Claude=='),
      item('gAAAA'),
      { type: 'compaction', encrypted_content: tagSignature({ ...gpt, modelId: 'x' }, 'foreign') },
    ];
    for (const other of foreign) {
      const input = [item(own), other, user];
      assert.equal(sent({ input }), undefined, 'the codec encodes what others took part in');
      if (other.type === 'compaction') continue;
      const { request } = turnOf({ model: 'asked', input });
      const body = JSON.stringify(encodeResponsesRequest(request, gpt, 's'));
      assert.match(body, /"sealed"/);
      assert.doesNotMatch(body, /foreign|Claude==|gAAAA|occ1/);
    }
  });

  test('ids of items are not sent, ids of calls fit the upstream (P9)', () => {
    const long = 'x'.repeat(200);
    const input = [
      { type: 'message', id: 'msg_1', role: 'assistant', content: 'a' },
      { type: 'function_call', id: 'fc_1', call_id: long, name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: long, output: 'x' },
      { type: 'function_call', id: 'fc_2', call_id: 'functions.Read:0', name: 'f', arguments: '{}' },
    ];
    const items = sent({ input })?.['input'] as JsonObject[];
    assert.deepEqual(
      items.map(({ id }) => id),
      [undefined, undefined, undefined, undefined],
    );
    assert.match(toText(items[1]?.['call_id']), /^call_\w{1,59}$/);
    assert.equal(items[1]?.['call_id'], items[2]?.['call_id']);
    assert.equal(items[3]?.['call_id'], 'functions.Read:0', 'an id that this upstream may have made');
  });

  test('a search without access to the web is left out where there is none', () => {
    const tools = [{ type: 'web_search', external_web_access: false }];
    assert.equal(sent({ tools }, withQuirks({ webSearch: false }))?.['tools'], undefined);
  });
});

describe('the codec encodes what the model does not take', () => {
  const image = [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://a.test/a.png' }] }];
  const file = [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://a.test/a.pdf' }] }];
  const run = { type: 'function', name: 'run', description: 'x'.repeat(50), parameters: {} };
  const late = [
    { role: 'user', content: 'a' },
    { role: 'developer', content: 'b' },
  ];
  const shown = [
    { type: 'function_call', call_id: 'c', name: 'run', arguments: '{}' },
    {
      type: 'function_call_output',
      call_id: 'c',
      output: [{ type: 'input_image', image_url: 'https://a.test/a' }],
    },
  ];
  const schema = { format: { type: 'json_schema', name: 'a', schema: {} } };
  const updated = (update: JsonObject): JsonObject[] => [
    { role: 'user', content: 'a' },
    { type: 'configuration_update', ...update },
  ];
  const low = updated({ reasoning: { effort: 'low' } });
  const cases: [name: string, fields: JsonObject, route: Route][] = [
    ['images', { input: image }, { ...gpt, images: false }],
    ['files', { input: file }, { ...gpt, documents: false }],
    ['tools', { tools: [run] }, { ...gpt, tools: false }],
    ['a schema of the answer', { text: schema }, withQuirks({ jsonSchema: false })],
    ['a later schema of the answer', { input: updated({ text: schema }) }, withQuirks({ jsonSchema: false })],
    ['a later effort that the model lacks', { input: low }, { ...gpt, efforts: ['medium', 'high'] }],
    ['a later effort beside one that is configured', { input: low }, { ...gpt, reasoningEffort: 'high' }],
    ['a later effort of a model without any', { input: low }, withQuirks({ thinking: 'none' })],
    ['a dialect of schemas', { tools: [run] }, withQuirks({ schema: 'moonshot' })],
    ['long descriptions', { tools: [run] }, withQuirks({ toolDescriptionMax: 10 })],
    ['a search', { tools: [{ type: 'web_search' }] }, withQuirks({ webSearch: false })],
    ['late messages of developers', { input: late }, withQuirks({ midSystem: 'user' })],
    ['images in results', { input: shown }, withQuirks({ mediaInResults: false })],
    [
      'a forced call while the model thinks',
      { tools: [run], tool_choice: 'required', reasoning: { effort: 'high' } },
      withQuirks({ forcedToolChoice: false }),
    ],
  ];
  for (const [name, fields, route] of cases)
    test(name, () => {
      assert.equal(sent(fields, route), undefined);
      assert.notEqual(sent(fields, gpt), undefined, 'another model takes it');
    });
});

describe('a tool that was declared as a function becomes the client’s own in the frames', () => {
  const body: JsonObject = {
    model: 'asked',
    input: 'hi',
    tools: [
      { type: 'custom', name: 'apply_patch' },
      { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'run', parameters: {} }] },
      { type: 'function', name: 'plain', parameters: {} },
    ],
  };
  function stream(name: string, pieces: string[]): string {
    const item = (args: string, status: string): JsonObject => ({
      id: 'fc_1',
      type: 'function_call',
      status,
      arguments: args,
      call_id: 'call_1',
      name,
    });
    const response = (status: string, output: JsonObject[]): JsonObject => ({
      id: 'resp_1',
      object: 'response',
      model: gpt.modelId,
      status,
      error: null,
      incomplete_details: null,
      output,
      usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    });
    const whole = item(pieces.join(''), 'completed');
    const at = { item_id: 'fc_1', output_index: 0 };
    const events: JsonObject[] = [
      { type: 'response.created', response: response('in_progress', []) },
      { type: 'response.output_item.added', output_index: 0, item: item('', 'in_progress') },
      ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
      { type: 'response.function_call_arguments.done', ...at, arguments: pieces.join('') },
      { type: 'response.output_item.done', output_index: 0, item: whole },
      { type: 'response.completed', response: response('completed', [whole]) },
    ];
    return events
      .map(
        (event, sequence_number) =>
          `event: ${toText(event['type'])}\ndata: ${JSON.stringify({ sequence_number, ...event })}\n\n`,
      )
      .join('');
  }
  const client = (name: string, pieces: string[]): JsonObject[] => {
    const { events } = run(same.decodeStream(gpt, turnOf(body)), [utf8(stream(name, pieces))]);
    return lawful(printed(events, body));
  };

  test('a tool with free text', () => {
    const events = client('apply_patch', ['{"input":"*** Be', 'gin\\n"}']);
    const [item] = finalOf(events)['output'] as JsonObject[];
    assert.deepEqual(item, {
      id: 'fc_1',
      type: 'custom_tool_call',
      status: 'completed',
      call_id: 'call_1',
      input: '*** Begin\n',
      name: 'apply_patch',
    });
    assert.equal(
      events
        .filter(({ type }) => type === 'response.custom_tool_call_input.delta')
        .map(({ delta }) => toText(delta))
        .join(''),
      '*** Begin\n',
    );
  });

  test('a function of a group', () => {
    const [item] = finalOf(client('ns__run', ['{"a":1}']))['output'] as JsonObject[];
    assert.deepEqual([item?.['name'], item?.['namespace'], item?.['arguments']], ['run', 'ns', '{"a":1}']);
  });

  test('a function of the client passes byte for byte', () => {
    const { events } = run(same.decodeStream(gpt, turnOf({ ...body, model: gpt.modelId })), [
      utf8(stream('plain', ['{"a":1}'])),
    ]);
    assert.equal(events.map(({ frames = '' }) => frames).join(''), stream('plain', ['{"a":1}']));
    assert.equal(eventsIn(stream('plain', ['{}'])).length, 6);
  });
});
