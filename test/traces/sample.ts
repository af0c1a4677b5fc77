/** A record with everything a trace can tell: a failed attempt, a fallback, a repair, a model that was passed over. */
import type { EndedRequest } from '../../lib/proxy/recent.ts';
import type { TraceIds } from '../../lib/traces/spans.ts';

export const sample: EndedRequest = {
  id: 'req_1',
  at: '2026-01-02T03:04:05.678Z',
  ms: 4321,
  session: 'session-1',
  agent: 'agent-1',
  project: '/home/somebody/secret-project',
  requestClass: 'main',
  tier: 'sonnet',
  stream: true,
  model: 'claude-sonnet-5',
  route: 'default: tier sonnet',
  ending: 'answered',
  answered: { model: 'other/vendor/second', provider: 'other', format: 'chat' },
  firstContentMs: 1500,
  usage: { input: 1000, cached: 250, output: 30 },
  cost: 0.0125,
  attempts: [
    {
      model: 'go/first',
      format: 'messages',
      outcome: 'refused',
      startedMs: 5,
      ms: 400,
      server: '[::1]:8443',
      httpStatus: 529,
      class: 'transient',
      about: 'outage',
      upstreamStatus: 529,
      upstreamType: 'overloaded_error',
      words: 'the words of an upstream, which may quote the request',
    },
    {
      model: 'other/vendor/second',
      format: 'chat',
      outcome: 'answered',
      startedMs: 410,
      ms: 3911,
      server: 'api.example.com:443',
      httpStatus: 200,
      stopReason: 'tool_use',
      firstContentMs: 1090,
      finishedMs: 3900,
      spent: {
        input: 1000,
        cacheRead: 200,
        cacheWrite: 50,
        cacheWrite1h: 0,
        output: 30,
        reasoning: 10,
        cost: 0.0125,
        costSource: 'catalogue',
      },
    },
  ],
  passedOver: [{ model: 'go/third', kind: 'breaker', reason: 'a reason that may quote an upstream' }],
  repairs: [{ model: 'go/first', what: 'without the field temperature' }],
  fallbackFrom: { model: 'go/first', class: 'transient', status: 529 },
};

/** What a request was besides its record. */
export const received = { path: '/v1/messages', status: 200 } as const;

export const parent = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  flags: 1,
  state: 'vendor=a1,other=b2',
};

/** Ids of spans that count up. */
export function idsFrom(given: Partial<TraceIds> = {}): TraceIds {
  let next = 0;
  return {
    traceId: parent.traceId,
    parent,
    spanId: () => (++next).toString(16).padStart(16, '0'),
    ...given,
  };
}
