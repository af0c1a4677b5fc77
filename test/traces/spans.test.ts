/** The spans of a request, against what OpenTelemetry's own serializer writes for them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Json } from '../../lib/json.ts';
import type { AttemptRecord, EndedRequest } from '../../lib/proxy/recent.ts';
import { toExportRequest, toKeyValues, type Span } from '../../lib/traces/otlp.ts';
import { toSpans } from '../../lib/traces/spans.ts';
import { idsFrom, parent, received, sample } from './sample.ts';
import { attributesOf } from './read-spans.ts';

/**
 * What JsonTraceSerializer of @opentelemetry/otlp-transformer 0.301.1 writes for the same spans, which were given to it as
 * objects of the SDK. It writes counts of 0 and integers as numbers; readers of OTLP take them as text, too, and absent
 * counts as 0.
 */
const official = JSON.parse(
  readFileSync(new URL('official.json', import.meta.url), 'utf8'),
  (key, value: Json) => {
    if (key === 'intValue' && typeof value === 'number') return String(value);
    const zero = /^dropped|^code$/.test(key) && value === 0;
    return zero || (key === 'links' && Array.isArray(value) && value.length === 0) ? undefined : value;
  },
) as unknown;

const spansOf = (change: Partial<EndedRequest> = {}): Span[] =>
  toSpans({ ...sample, ...change }, received, idsFrom());

test('is what the official serializer writes', () => {
  const resource = toKeyValues({ 'service.name': 'occ', 'service.version': '1.2.3' });
  const request = toExportRequest(resource, { name: 'occ', version: '1.2.3' }, spansOf());
  assert.deepEqual(JSON.parse(JSON.stringify(request)), official);
});

test('a span for the request, and one below it for each attempt, with their times', () => {
  const [request, first, second, ...others] = spansOf();
  assert.ok(request && first && second);
  assert.deepEqual(others, []);
  assert.deepEqual([request.kind, first.kind, second.kind], [2, 3, 3]);
  assert.deepEqual([request.parentSpanId, first.parentSpanId], [parent.spanId, request.spanId]);
  assert.equal(second.parentSpanId, request.spanId);
  const from = (nanos: string): number => Number(BigInt(nanos) / 1_000_000n) - Date.parse(sample.at);
  const times = [request, first, second].map(({ startTimeUnixNano, endTimeUnixNano }) =>
    [startTimeUnixNano, endTimeUnixNano].map(from),
  );
  assert.deepEqual(times, [
    [0, 4321],
    [5, 405],
    [410, 4321],
  ]);
  const events = [request, first, second].map(({ events }) => events.map((one) => from(one.timeUnixNano)));
  assert.deepEqual(events, [[1500], [], [1500]]);
});

test('the model of a response is the one that the upstream names, if it means another one, in safe characters', () => {
  const named = (otherModel: string) => {
    const attempts = sample.attempts.map((one, at) => (at === 1 ? { ...one, otherModel } : one));
    return spansOf({ attempts }).map((span) => attributesOf(span)['gen_ai.response.model']);
  };
  assert.deepEqual(named('vendor/third'), ['vendor/third', undefined, 'vendor/third']);
  assert.deepEqual(named('any words of the conversation'), ['unknown', undefined, 'unknown']);
});

test('an attempt never ends after its request, although milliseconds are rounded', () => {
  const attempts = sample.attempts.map((one): AttemptRecord => ({ ...one, startedMs: 1, ms: 4321 }));
  for (const span of spansOf({ attempts }).slice(1))
    assert.equal(span.endTimeUnixNano, `${Date.parse(sample.at) + 4321}000000`);
});

test('what the request and its attempts say', () => {
  const [request, first, second] = spansOf().map(attributesOf);
  assert.deepEqual(request, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'other',
    'gen_ai.request.model': 'claude-sonnet-5',
    'gen_ai.request.stream': true,
    'gen_ai.response.model': 'vendor/second',
    'gen_ai.response.finish_reasons': ['tool_use'],
    'gen_ai.response.time_to_first_chunk': 1.5,
    'gen_ai.usage.input_tokens': 1250,
    'gen_ai.usage.output_tokens': 30,
    'gen_ai.usage.cache_read.input_tokens': 200,
    'gen_ai.usage.cache_creation.input_tokens': 50,
    'gen_ai.usage.reasoning.output_tokens': 10,
    'gen_ai.conversation.id': 'session-1',
    'gen_ai.agent.id': 'agent-1',
    'http.request.method': 'POST',
    'http.route': '/v1/messages',
    'http.response.status_code': 200,
    'occ.request.id': 'req_1',
    'occ.request.class': 'main',
    'occ.request.tier': 'sonnet',
    'occ.route': 'default: tier sonnet',
    'occ.ending': 'answered',
    'occ.attempts': 2,
    'occ.fallback.from': 'go/first',
    'occ.fallback.reason': 'transient',
    'occ.passed_over': ['go/third: breaker'],
    'occ.repairs': ['go/first: without the field temperature'],
    'occ.cost.usd': 0.0125,
  });
  assert.deepEqual(first, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'go',
    'gen_ai.request.model': 'first',
    'error.type': 'overloaded_error',
    'server.address': '::1',
    'server.port': 8443,
    'http.request.method': 'POST',
    'http.response.status_code': 529,
    'occ.attempt': 1,
    'occ.attempt.outcome': 'refused',
    'occ.wire_format': 'messages',
    'occ.failure.class': 'transient',
    'occ.failure.about': 'outage',
  });
  assert.equal(second?.['server.address'], 'api.example.com');
  assert.equal(second?.['server.port'], 443);
  assert.equal(second?.['occ.cost.source'], 'catalogue');
});

test('a cost and a time without fractions are numbers with fractions, too', () => {
  const [request] = spansOf({ cost: 2, firstContentMs: 3000 });
  const values = new Map(request?.attributes.map(({ key, value }) => [key, value]));
  assert.deepEqual(values.get('occ.cost.usd'), { doubleValue: 2 });
  assert.deepEqual(values.get('gen_ai.response.time_to_first_chunk'), { doubleValue: 3 });
});

test('no words of an upstream, no reason that may quote one, no folder', () => {
  const all = JSON.stringify(
    spansOf({ ending: 'refused', error: { ...refusal, message: 'the words of an upstream' } }),
  );
  assert.doesNotMatch(all, /the words|may quote|secret-project/);
});

const refusal = { status: 529, type: 'overloaded_error', message: '', permanent: false } as const;

test('the status is an error only if the server or an upstream is at fault', () => {
  const statusOf = (change: Partial<EndedRequest>): Span['status'] | undefined => spansOf(change)[0]?.status;
  const failed = { code: 2, message: 'overloaded_error' };
  assert.deepEqual(statusOf({}), {});
  assert.deepEqual(statusOf({ ending: 'refused', error: { ...refusal, class: 'transient' } }), failed);
  assert.deepEqual(
    statusOf({ ending: 'refused', error: { ...refusal, status: 429, class: 'rate' } }),
    failed,
  );
  assert.deepEqual(statusOf({ ending: 'refused', error: refusal }), failed);
  assert.deepEqual(statusOf({ ending: 'cut', error: { ...refusal, status: 400, class: 'client' } }), failed);
  assert.deepEqual(statusOf({ ending: 'refused', error: { ...refusal, status: 400, class: 'client' } }), {});
  assert.deepEqual(statusOf({ ending: 'refused', error: { ...refusal, status: 413 } }), {});
  assert.deepEqual(statusOf({ ending: 'left' }), {});
});

test('a request that was refused before its body was read has what is known', () => {
  const bare: EndedRequest = {
    id: 'req_2',
    at: sample.at,
    ms: 3,
    stream: false,
    model: '',
    route: '',
    ending: 'refused',
    attempts: [],
    passedOver: [],
    repairs: [],
    error: { ...refusal, status: 401, type: 'authentication_error' },
  };
  const [span, ...others] = toSpans(bare, { ...received, status: 401 }, idsFrom({ parent: undefined }));
  assert.deepEqual(others, []);
  assert.equal(span?.name, 'chat');
  assert.equal(span?.parentSpanId, undefined);
  assert.equal(span?.traceState, undefined);
  assert.deepEqual(span && attributesOf(span), {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.stream': false,
    'error.type': 'authentication_error',
    'http.request.method': 'POST',
    'http.route': '/v1/messages',
    'http.response.status_code': 401,
    'occ.request.id': 'req_2',
    'occ.ending': 'refused',
    'occ.attempts': 0,
  });
});

test('the flags say whether the parent is elsewhere, and keep what W3C defines', () => {
  const flagsOf = (ids: Parameters<typeof idsFrom>[0]): (number | undefined)[] =>
    toSpans(sample, received, idsFrom(ids)).map(({ flags }) => flags);
  assert.deepEqual(flagsOf({}), [0x301, 0x101, 0x101]);
  assert.deepEqual(flagsOf({ parent: undefined }), [0x103, 0x103, 0x103]);
  assert.deepEqual(flagsOf({ parent: { ...parent, flags: 0xff } }), [0x303, 0x103, 0x103]);
});

test('the route does not name the model that Gemini’s clients have in the path', () => {
  const routeOf = (path: string): unknown => {
    const [request] = toSpans(sample, { ...received, path }, idsFrom());
    return request && attributesOf(request)['http.route'];
  };
  const path = '/v1beta/models/{model}:streamGenerateContent';
  assert.equal(routeOf('/v1beta/models/a/b:c\n:streamGenerateContent'), path);
  assert.equal(routeOf('/v1/responses'), '/v1/responses');
});

test('names from outside are bounded and on one line', () => {
  const [request] = spansOf({ model: `\u001b]0;title\u0007${'x'.repeat(10_000)}`, session: 'a\nb' });
  assert.ok((request?.name.length ?? 0) <= 105);
  const all = JSON.stringify(request);
  assert.ok(all.length < 5000);
  assert.equal(request && attributesOf(request)['gen_ai.conversation.id'], 'a\\u000ab');
});
