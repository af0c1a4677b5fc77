/** Property tests of the reader: no request makes it throw anything but `Unservable`, and what was encoded is read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeChatRequest } from '../../../../lib/wire/chat/request.ts';
import { Unservable } from '../../../../lib/wire/served.ts';
import { assertSameContent } from '../../../support/same-content.ts';
import { clientContent } from '../../../support/client-content.ts';
import { chatBody, printerFor, readRequest, sameBody } from '../../../support/chat/served.ts';
import { capturedRequests, routeOf } from '../../../support/requests.ts';
import { runsOf } from '../../../support/sampling.ts';
import { upstreamContent } from '../../../support/upstream-content.ts';
import { nastyText, toolInput } from '../../../support/arbitraries.ts';

const odd = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      null,
      undefined,
      '',
      'x',
      0,
      -1,
      1.5,
      true,
      [],
      {},
      [null],
      [[]],
      [{}],
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
const field = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 80, arbitrary: value }, { weight: 1, arbitrary: odd });
/** Without these a request is refused at once. */
const needed = new Set([
  'model',
  'messages',
  'role',
  'type',
  'id',
  'name',
  'function',
  'custom',
  'text',
  'image_url',
  'file_data',
  'tool_call_id',
  'schema',
]);
const record = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  field(fc.record(model, { requiredKeys: Object.keys(model).filter((key) => needed.has(key)) }));
const list = (of: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => field(fc.array(of, { maxLength: 3 }));

const name = field(fc.constantFrom('Read', 'patch', '__proto__', 'f', 'constructor'));
const part = record({
  type: field(fc.constantFrom('text', 'text', 'image_url', 'file', 'refusal')),
  text: field(nastyText),
  image_url: field(
    fc.constantFrom<unknown>(
      { url: 'data:image/png;base64,aa' },
      { url: 'https://x' },
      'data:,',
      'data:;base64,x',
    ),
  ),
  file: record({
    file_data: field(fc.constantFrom('data:text/plain;base64,%%', 'x')),
    file_id: odd,
    filename: odd,
  }),
  refusal: field(nastyText),
  cache_control: odd,
});
const content = field(fc.oneof<fc.Arbitrary<unknown>[]>(nastyText, list(part)));
const call = record({
  id: field(fc.constantFrom('a', 'b', 'functions.Read:0')),
  type: field(fc.constantFrom('function', 'custom')),
  function: record({ name, arguments: field(toolInput) }),
  custom: record({ name, input: field(nastyText) }),
  extra_content: field(fc.constant({ google: { thought_signature: 'occ1.Y2hhdC9wL20.x' } })),
});
const details = list(
  record({
    type: field(fc.constantFrom('reasoning.text', 'reasoning.encrypted')),
    text: field(nastyText),
    signature: field(
      fc.constantFrom('occ1.Y2hhdC9wL20.x', 'occ-thinking.3.1.2.sig', 'occ1.', 'occ-redacted.1.1.1.d'),
    ),
    data: field(fc.constantFrom('occ-redacted.999999999.7.0.d', 'x')),
    index: odd,
  }),
);
const message = record({
  role: field(fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool', 'function')),
  content,
  name,
  tool_calls: list(call),
  tool_call_id: field(fc.constantFrom('a', 'b')),
  function_call: record({ name, arguments: field(toolInput) }),
  reasoning_content: field(nastyText),
  reasoning: field(nastyText),
  reasoning_details: details,
  refusal: field(nastyText),
  audio: odd,
});
const tool = record({
  type: field(fc.constantFrom('function', 'custom')),
  function: record({
    name,
    description: field(nastyText),
    parameters: field(fc.constant({ type: 'object' })),
  }),
  custom: record({ name, description: field(nastyText), format: odd }),
});
const body = fc.record(
  {
    model: field(fc.constant('m')),
    messages: list(message),
    tools: list(tool),
    functions: list(record({ name, parameters: field(fc.constant({})) })),
    tool_choice: field(
      fc.constantFrom<unknown>('auto', 'required', {
        type: 'allowed_tools',
        allowed_tools: { tools: [{ name: 'f' }] },
      }),
    ),
    function_call: field(fc.constant<unknown>('auto')),
    parallel_tool_calls: field(fc.boolean()),
    response_format: record({
      type: field(fc.constantFrom('json_schema', 'json_object')),
      json_schema: record({ schema: field(fc.constant({ type: 'object' })) }),
    }),
    reasoning_effort: field(fc.constantFrom('none', 'high', 'max')),
    reasoning: record({ effort: field(fc.constant('low')), enabled: odd }),
    thinking: odd,
    stop: field(fc.constant<unknown>('x')),
    max_tokens: field(fc.constant<unknown>(9)),
    max_completion_tokens: field(fc.constant<unknown>(9)),
    temperature: field(fc.constant<unknown>(1)),
    top_p: field(fc.constant<unknown>(1)),
    stream: field(fc.constant<unknown>(true)),
    stream_options: field(fc.constant<unknown>({ include_usage: true })),
    n: field(fc.constant<unknown>(1)),
    modalities: field(fc.constant<unknown>(['text'])),
    logprobs: field(fc.constant<unknown>(false)),
    web_search_options: field(fc.constant<unknown>({})),
    user: odd,
    unknown: odd,
  },
  { requiredKeys: ['model', 'messages'] },
);

const routes = [
  routeOf(),
  routeOf({
    images: false,
    quirks: {
      replayReasoning: 'always',
      jsonSchema: false,
      schema: 'moonshot',
      thinking: 'type_and_effort',
      signedCalls: true,
    },
  }),
  routeOf({
    quirks: {
      toolIds: 'mistral',
      userAfterTool: false,
      assistantPrefix: true,
      midSystem: 'system',
      stopSequences: false,
    },
  }),
];

let accepted = 0;
let tried = 0;

test('any body is read or refused in words, and what is read can be encoded', () => {
  fc.assert(
    fc.property(body, (given) => {
      tried++;
      const before = JSON.stringify(given);
      try {
        const { request } = readRequest(given);
        accepted++;
        for (const route of routes) {
          encodeChatRequest(request, route, 's');
          JSON.stringify(sameBody(given, route));
        }
        printerFor(given);
      } catch (error) {
        if (!(error instanceof Unservable)) throw error;
        assert.ok(error.message.length > 10 && error.param !== undefined, error.message);
      }
      assert.equal(JSON.stringify(given), before, 'the body is altered');
    }),
    runsOf(8000),
  );
  assert.ok(accepted > tried / 20, `only ${accepted} of ${tried} bodies were accepted`);
});

test('captured conversations are read back as they were encoded', () => {
  for (const { kind, body: request } of capturedRequests()) {
    const route = routeOf({
      documents: true,
      quirks: { midSystem: 'system', replayReasoning: 'always', thinking: 'effort' },
    });
    const sent = JSON.parse(JSON.stringify(encodeChatRequest(request, route))) as object;
    const { request: again } = readRequest(sent);
    const encoded: unknown = JSON.parse(JSON.stringify(encodeChatRequest(again, route)));
    const expected = clientContent({ ...again });
    assertSameContent('chat', expected, upstreamContent('chat', sent), true);
    const strip = (value: unknown): unknown => ({
      ...(value as object),
      reasoning_effort: 0,
      stream_options: 0,
    });
    assert.deepEqual(strip(encoded), strip(sent), kind);
  }
});

test('an answer in any of its forms is accepted as history', () => {
  const forms = [
    { content: null },
    { content: '' },
    {},
    { content: [] },
    { content: [{ type: 'text', text: '' }] },
  ];
  for (const form of forms)
    readRequest(
      chatBody({
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', ...form },
          { role: 'user', content: 'b' },
        ],
      }),
    );
});
