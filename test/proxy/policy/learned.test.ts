/** Repairs: how a refused request is changed and tried again, and what is remembered for later requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { Provider } from '../../../lib/config/settings.ts';
import {
  describeLearned,
  learnedFrom,
  repair,
  applyLearned,
  type Learned,
} from '../../../lib/proxy/policy/learned.ts';
import type { Parameter } from '../../../lib/proxy/policy/parameters.ts';
import type { Candidate } from '../../../lib/proxy/policy/plan.ts';
import type { WireRoute } from '../../../lib/wire/formats.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { candidateOf, failedWith, refusedWith } from '../../support/candidates.ts';
import { requestOf, routeOf, user } from '../../support/requests.ts';

const bounded = {
  name: 'count',
  description: 'd',
  input_schema: { type: 'object', properties: { n: { type: 'integer', minimum: 1, maximum: 9 } } },
};
const request: MessagesRequest = requestOf([user('hi')], {
  temperature: 0.5,
  top_p: 0.9,
  stop_sequences: ['</end>'],
  tools: [bounded],
  tool_choice: { type: 'tool', name: 'count', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 8000 },
  output_config: { format: { type: 'json_schema', schema: { type: 'object', properties: {} } } },
});

const endpoints = {
  chat: 'http://127.0.0.1:1/v1/chat/completions',
  messages: 'http://127.0.0.1:1/v1/messages',
};
const model = (route: Partial<WireRoute> = {}, provider: Partial<Provider> = {}): Candidate =>
  candidateOf('p/m', { route, provider: { endpoints, ...provider } });
const thinking = model(
  routeOf({ provider: 'p', modelId: 'm', efforts: ['high'], quirks: { thinking: 'effort' } }),
);
const encoded = ({ route }: Candidate): string =>
  JSON.stringify(codecs[route.format].encodeRequest(request, route));
const refusal = (message: string, param?: string) =>
  refusedWith(400, { message, type: 'invalid_request_error', ...(param !== undefined && { param }) });

const refusals: [string, string | undefined, Parameter, RegExp][] = [
  [
    "Unsupported value: 'temperature' does not support 0.5 with this model.",
    undefined,
    'temperature',
    /"temperature"/,
  ],
  ['Unsupported value', 'temperature', 'temperature', /"temperature"/],
  ['top_p is not supported', undefined, 'top_p', /"top_p"/],
  [
    '[unsupported_tool_schema] The tool schema is not supported (tool_count_limit).',
    'tools',
    'schema_ranges',
    /"minimum"/,
  ],
  [
    "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    undefined,
    'max_tokens',
    /"max_tokens"/,
  ],
  ['parallel_tool_calls: unknown field', undefined, 'parallel_tool_calls', /"parallel_tool_calls"/],
  ['Unrecognized request argument supplied: reasoning_effort', undefined, 'thinking', /"reasoning_effort"/],
  ['response_format is not available', undefined, 'response_format', /"response_format"/],
];
for (const [message, param, parameter, gone] of refusals) {
  test(`a refused parameter is left out: ${param ?? message}`, () => {
    const found = repair(thinking, refusal(message, param), request, []);
    assert.deepEqual(found?.learned, { what: 'parameter', parameter });
    assert.equal(found.general, true);
    assert.match(encoded(thinking), gone);
    assert.doesNotMatch(encoded(found.candidate), gone);
    // A second identical refusal has another cause.
    assert.equal(repair(found.candidate, refusal(message, param), request, []), undefined);
  });
}

test('stop sequences are left out of the request, because no quirk of a route does that', () => {
  const found = repair(model(), refusal("'stop' is not supported"), request, []);
  assert.deepEqual(found?.candidate.without, ['stop']);
});

test('a change without effect is not a repair', () => {
  const plain = requestOf([user('hi')]);
  assert.equal(repair(model(), refusal('temperature is not supported'), plain, []), undefined);
  assert.equal(repair(model(), refusal('bad field'), request, []), undefined);
});

test('only client errors other than a long prompt are repaired', () => {
  const message = 'temperature is not supported';
  for (const outcome of [
    refusedWith(500, { message }),
    refusedWith(401, { message }),
    refusedWith(429, { message }),
    refusedWith(400, { message: `prompt is too long: 9000 tokens > 8000 maximum, ${message}` }),
    failedWith('stall'),
    { type: 'answered' } as const,
  ])
    assert.equal(repair(model(), outcome, request, []), undefined);
});

test('a repair for the content of one conversation does not apply to others', () => {
  const found = repair(thinking, refusal('messages.3.content.0: thinking is not expected here'), request, []);
  assert.deepEqual([found?.learned.what, found?.general], ['parameter', false]);
});

test('each format the provider has an endpoint for is tried once', () => {
  const wrong = refusedWith(401, {
    type: 'ModelError',
    message: 'Model m is not supported for format oa-compat',
  });
  const first = repair(model(), wrong, request, []);
  assert.deepEqual(first?.learned, { what: 'format', refused: ['chat'], use: 'messages' });
  assert.equal(first.candidate.route.format, 'messages');
  assert.equal(first.candidate.route.endpoint, endpoints.messages);
  const only = model({}, { endpoints: { chat: endpoints.chat } });
  assert.equal(repair(only, wrong, request, []), undefined);
  const after = repair(first.candidate, refusedWith(400, { type: 'ModelProtocolUnsupported' }), request, [
    'chat',
  ]);
  assert(after?.learned.what !== 'format' || !['chat', 'messages'].includes(after.learned.use));
});

test('a change of format keeps the parameters that were left out', () => {
  const omitted =
    repair(model(), refusal('temperature is not supported'), request, [])?.candidate ?? assert.fail();
  const moved = repair(omitted, refusedWith(400, { type: 'ModelProtocolUnsupported' }), request, []);
  assert.equal(moved?.candidate.route.quirks.temperature, 'omit');
});

test('unavailable models and smaller context windows are learned from any attempt', () => {
  const at = model({ contextWindow: 200_000 });
  const overflow = (limit: number) =>
    refusedWith(400, { message: `maximum context length is ${limit} tokens, you requested 900000 tokens` });
  assert.deepEqual(learnedFrom(refusedWith(410, { message: 'removed' }), at), {
    what: 'gone',
    reason: 'removed',
  });
  assert.deepEqual(learnedFrom(overflow(131_072), at), { what: 'window', tokens: 131_072 });
  assert.equal(learnedFrom(overflow(200_000), at), undefined);
  assert.equal(learnedFrom(overflow(300_000), at), undefined);
  for (const outcome of [refusedWith(401), refusedWith(429), refusedWith(503), failedWith('reset')])
    assert.equal(learnedFrom(outcome, at), undefined);
});

const learned: Learned[] = [
  { what: 'format', refused: ['chat'], use: 'messages' },
  { what: 'parameter', parameter: 'temperature' },
  { what: 'window', tokens: 100_000 },
  { what: 'gone', reason: 'removed' },
];

test('everything learned is applied to later requests', () => {
  const { route, without } = applyLearned(model({ contextWindow: 200_000, temperature: 1 }), learned);
  assert.deepEqual(
    [route.format, route.endpoint, route.contextWindow, route.quirks.temperature, without],
    ['messages', endpoints.messages, 100_000, 'omit', ['temperature']],
  );
  assert.equal(applyLearned(model({ contextWindow: 50_000 }), learned.slice(2)).route.contextWindow, 50_000);
  const same = model();
  assert.equal(applyLearned(same, []), same);
});

test('a learned format without an endpoint is not used', () => {
  const only = model({}, { endpoints: { chat: endpoints.chat } });
  assert.equal(applyLearned(only, learned.slice(0, 1)).route.format, 'chat');
});

test('descriptions of what was learned', () => {
  assert.deepEqual(learned.map(describeLearned), [
    'not served as chat, requested as messages',
    'takes no temperature',
    'takes 100000 tokens at most',
    'not available: removed',
  ]);
});
