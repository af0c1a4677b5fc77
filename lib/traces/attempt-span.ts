/** The span of one attempt: a request to an upstream. Pure. */
import type { AttemptRecord } from '../proxy/recent.ts';
import type { Spent } from '../proxy/spent.ts';
import { nameForLog } from '../redact.ts';
import { spanKind, toKeyValues, toNanos, toStatus, type Attributes, type Span } from './otlp.ts';

/** Where the span of an attempt stands. */
export interface InTrace extends Pick<Span, 'traceId' | 'traceState' | 'flags'> {
  parentSpanId: string;
  /** When the request arrived and ended, in milliseconds since 1970. */
  began: number;
  ended: number;
}

/** `number` counts from 1. */
export function attemptSpan(
  attempt: AttemptRecord,
  number: number,
  spanId: string,
  { began, ended, ...trace }: InTrace,
): Span {
  const { startedMs = 0, ms, firstContentMs } = attempt;
  // Rounded milliseconds may end after the request that the attempt belongs to.
  const within = (at: number): string => toNanos(Math.min(ended, began + startedMs + at));
  return {
    ...trace,
    spanId,
    name: `chat ${nameWithoutProvider(attempt.model)}`,
    kind: spanKind.client,
    startTimeUnixNano: within(0),
    endTimeUnixNano: within(ms),
    attributes: toKeyValues(attemptAttributes(attempt, number)),
    events:
      firstContentMs === undefined
        ? []
        : [{ name: 'occ.first_content', timeUnixNano: within(firstContentMs), attributes: [] }],
    status: toStatus(errorOf(attempt)),
  };
}

function attemptAttributes(attempt: AttemptRecord, number: number): Attributes {
  const { model, otherModel, server = '', firstContentMs, spent, stopReason } = attempt;
  const colon = server.lastIndexOf(':');
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': model.slice(0, model.indexOf('/')),
    'gen_ai.request.model': nameWithoutProvider(model),
    'gen_ai.response.model': otherModel && nameForLog(otherModel),
    'gen_ai.response.finish_reasons': stopReason ? [nameForLog(stopReason)] : [],
    'gen_ai.response.time_to_first_chunk':
      firstContentMs === undefined ? undefined : { double: firstContentMs / 1000 },
    ...usageAttributes(spent),
    'error.type': errorOf(attempt),
    'server.address': server.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, ''),
    'server.port': server === '' ? undefined : Number(server.slice(colon + 1)),
    'http.request.method': 'POST',
    'http.response.status_code': attempt.httpStatus,
    'occ.attempt': number,
    'occ.attempt.outcome': attempt.outcome,
    'occ.wire_format': attempt.format,
    'occ.failure.class': attempt.class,
    'occ.failure.about': attempt.about,
    'occ.failure.trouble': attempt.trouble,
    'occ.failure.limit': attempt.limit,
    'occ.failure.position': attempt.position,
    'occ.cost.usd': spent?.cost === undefined ? undefined : { double: spent.cost },
    'occ.cost.source': spent?.costSource,
  };
}

/** The model's id at its provider. */
export function nameWithoutProvider(model: string): string {
  return model.slice(model.indexOf('/') + 1);
}

/**
 * A short name of what went wrong: the upstream's own type of its error, else its status, else what occ noticed. Undefined
 * for an attempt that did not fail.
 */
function errorOf({
  outcome,
  upstreamType,
  upstreamStatus,
  trouble,
  class: failure,
}: AttemptRecord): string | undefined {
  if (outcome === 'answered' || outcome === 'abandoned') return undefined;
  const type = upstreamType === 'unknown' ? undefined : upstreamType;
  const status = upstreamStatus === undefined ? undefined : String(upstreamStatus);
  return type ?? status ?? trouble ?? failure ?? '_OTHER';
}

type Used = Pick<Spent, 'input' | 'cacheRead' | 'cacheWrite' | 'output' | 'reasoning'>;

/** What all attempts used; undefined if no upstream has reported anything. */
export function sumOf(attempts: readonly Pick<AttemptRecord, 'spent'>[]): Used | undefined {
  const all = attempts.flatMap(({ spent }) => spent ?? []);
  if (all.length === 0) return undefined;
  const sum = (of: keyof Used): number => all.reduce((total, spent) => total + spent[of], 0);
  return {
    input: sum('input'),
    cacheRead: sum('cacheRead'),
    cacheWrite: sum('cacheWrite'),
    output: sum('output'),
    reasoning: sum('reasoning'),
  };
}

/** The conventions count tokens of a cache as input tokens, too. */
export function usageAttributes(used: Used | undefined): Attributes {
  if (used === undefined) return {};
  const { input, cacheRead, cacheWrite, output, reasoning } = used;
  return {
    'gen_ai.usage.input_tokens': input + cacheRead + cacheWrite,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cache_read.input_tokens': cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': reasoning > 0 ? reasoning : undefined,
  };
}
