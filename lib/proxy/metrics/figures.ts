/**
 * What `GET /metrics` counts: once for each attempt and once for each request that has ended, never for an event of a stream.
 * Names that begin with `gen_ai_` are those of OpenTelemetry's semantic conventions for generative AI (metrics, version 1.37),
 * written as Prometheus writes them, with their labels and buckets. Buckets for longer times are added, because models that
 * think take minutes.
 */
import type { Settings } from '../../config/settings.ts';
import { classOf, type Outcome } from '../policy/failures.ts';
import type { Candidate } from '../policy/plan.ts';
import type { EndedRequest } from '../recent.ts';
import type { Tally } from '../tally.ts';
import { counter, histogram, type Family, type Labels } from './families.ts';
import { isConfigured, modelLabels, type ModelLabels } from './model-labels.ts';

/** One try of one model that has ended. */
export interface CountedAttempt {
  candidate: Candidate;
  settings: Settings;
  /** Whether the client receives events; a whole answer has no first token. */
  streamed: boolean;
  outcome: Outcome;
  tally: Tally;
  ms: number;
}

export interface Figures {
  /** A request to `/v1/messages` has arrived. */
  arrived(record: EndedRequest): void;
  attempted(attempt: CountedAttempt): void;
  /** It has ended, and its record is complete. */
  ended(record: EndedRequest): void;
  /** The requests in progress. */
  live(): Iterable<EndedRequest>;
  labels: Pick<ModelLabels, 'find'>;
  families: readonly Family[];
}

const durations = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
  655.36,
];
const firstTokens = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 320,
];
const perToken = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const tokenCounts = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

/** Required by the conventions: requests and answers of a conversation. */
const chat = { gen_ai_operation_name: 'chat' };

export function figures(): Figures {
  const live = new Set<EndedRequest>();
  const labels = modelLabels();

  const requests = counter(
    'occ_requests_total',
    'Requests to /v1/messages by how they ended: answered, refused (the client received an error), cut (an error after a part of an answer), left (the client disconnected).',
  );
  const failures = counter(
    'occ_request_failures_total',
    'Requests that ended in an error for the client, by class; the class occ is for what occ itself refused.',
  );
  const fallbacks = counter(
    'occ_fallbacks_total',
    'Requests that a model other than the first answered, by what had happened to the first.',
  );
  const attempts = counter('occ_attempts_total', 'Tries of a model by their outcome.');
  const attemptFailures = counter(
    'occ_attempt_failures_total',
    'Failed tries of a model by class of failure.',
  );
  const tokens = counter(
    'occ_tokens_total',
    'Tokens that upstreams reported. The type input is what was neither read from a cache nor written to one.',
  );
  const cost = counter(
    'occ_cost_dollars_total',
    'US dollars as upstreams reported them or, where they did not, at list price.',
  );
  const requestDuration = histogram(
    'gen_ai_server_request_duration_seconds',
    'Time from the arrival of a request to the last byte of its response.',
    durations,
  );
  const timeToFirst = histogram(
    'gen_ai_server_time_to_first_token_seconds',
    'Time from the arrival of a streaming request to the first content of its answer, failed attempts included.',
    firstTokens,
  );
  const timePerToken = histogram(
    'gen_ai_server_time_per_output_token_seconds',
    'Time per output token of a streamed answer after the first one.',
    perToken,
  );
  const operationDuration = histogram(
    'gen_ai_client_operation_duration_seconds',
    'Time of one try of a model, from the request to the upstream to the end of its answer.',
    durations,
  );
  const timeToChunk = histogram(
    'gen_ai_client_operation_time_to_first_chunk_seconds',
    'Time from the request to the upstream to the first content of a streamed answer.',
    firstTokens,
  );
  const tokenUsage = histogram(
    'gen_ai_client_token_usage',
    'Tokens of one try of a model as its upstream reported them. Input includes what was read from a cache or written to one.',
    tokenCounts,
  );

  function attempted({ candidate, settings, streamed, outcome, tally, ms }: CountedAttempt): void {
    const { provider, modelId } = candidate.route;
    const { firstContentMs } = tally;
    const known =
      outcome.type === 'answered' ||
      firstContentMs !== undefined ||
      isConfigured(settings, provider, modelId);
    const model = labels.of(provider, modelId, known);
    const failure = classOf(outcome);
    attempts.add({ ...model, outcome: outcome.type });
    if (failure !== undefined) attemptFailures.add({ ...model, class: failure });
    operationDuration.observe({ ...chat, ...model, ...errorType(failure ?? cancelled(outcome)) }, ms / 1000);
    if (streamed && firstContentMs !== undefined) {
      timeToChunk.observe({ ...chat, ...model }, firstContentMs / 1000);
      const seconds = outcome.type === 'answered' ? secondsPerToken(tally, firstContentMs) : undefined;
      if (seconds !== undefined) timePerToken.observe({ ...chat, ...model }, seconds);
    }
    countUsage(model, tally);
  }

  function countUsage(model: Labels, { usage, cost: dollars }: Tally): void {
    cost.add(model, dollars);
    if (!usage) return;
    const { input_tokens: input, output_tokens: output } = usage;
    const read = usage.cache_read_input_tokens ?? 0;
    const written = usage.cache_creation_input_tokens ?? 0;
    tokens.add({ ...model, type: 'input' }, input);
    tokens.add({ ...model, type: 'cache_read' }, read);
    tokens.add({ ...model, type: 'cache_write' }, written);
    tokens.add({ ...model, type: 'output' }, output);
    tokenUsage.observe({ ...chat, ...model, gen_ai_token_type: 'input' }, input + read + written);
    tokenUsage.observe({ ...chat, ...model, gen_ai_token_type: 'output' }, output);
  }

  function ended(record: EndedRequest): void {
    live.delete(record);
    const { ending, answered, fallbackFrom, firstContentMs, ms, stream } = record;
    const failure = ending === 'refused' || ending === 'cut' ? (record.error?.class ?? 'occ') : undefined;
    requests.add({ ending });
    if (failure !== undefined) failures.add({ class: failure });
    if (fallbackFrom) fallbacks.add({ reason: fallbackFrom.class ?? fallbackFrom.passedOver ?? 'other' });
    const error = failure ?? (ending === 'left' ? 'cancelled' : undefined);
    // Without the model of what failed, which would multiply the series: the attempts have it.
    if (error !== undefined) return requestDuration.observe({ ...chat, ...errorType(error) }, ms / 1000);
    const model = answered && labels.find(answered.provider, idOf(answered));
    requestDuration.observe({ ...chat, ...model }, ms / 1000);
    if (stream && firstContentMs !== undefined)
      timeToFirst.observe({ ...chat, ...model }, firstContentMs / 1000);
  }

  return {
    arrived: (record) => void live.add(record),
    attempted,
    ended,
    live: () => live,
    labels,
    families: [
      requests,
      failures,
      fallbacks,
      attempts,
      attemptFailures,
      tokens,
      cost,
      requestDuration,
      timeToFirst,
      timePerToken,
      operationDuration,
      timeToChunk,
      tokenUsage,
    ],
  };
}

/** Absent for what did not fail, as the conventions say. */
function errorType(type: string | undefined): Labels {
  return type === undefined ? {} : { error_type: type };
}

function cancelled({ type }: Outcome): string | undefined {
  return type === 'abandoned' ? 'cancelled' : undefined;
}

/** Undefined if the upstream reported neither its finish nor more than one token. */
function secondsPerToken({ finishedMs, usage }: Tally, firstContentMs: number): number | undefined {
  const after = (usage?.output_tokens ?? 0) - 1;
  return finishedMs === undefined || after <= 0 ? undefined : (finishedMs - firstContentMs) / 1000 / after;
}

/** The id without its provider. */
function idOf({ model, provider }: NonNullable<EndedRequest['answered']>): string {
  return model.slice(provider.length + 1);
}
