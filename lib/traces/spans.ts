/**
 * The spans of one request that has ended: one for the request, and one below it for each attempt. Names of attributes are
 * those of OpenTelemetry's semantic conventions for generative AI and HTTP; what they have no name for begins with `occ.`.
 * No text of the conversation is among them, and no words of an upstream. Pure.
 */
import type { Received } from '../proxy/proxy.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import { nameForLog } from '../redact.ts';
import { shortLine } from '../printable.ts';
import { attemptSpan, nameWithoutProvider, sumOf, usageAttributes, type InTrace } from './attempt-span.ts';
import { randomFlag, sampledFlag, type TraceContext } from './context.ts';
import { spanKind, toKeyValues, toNanos, toStatus, type Attributes, type Span } from './otlp.ts';

/** What the spans of a trace are made with. */
export interface TraceIds {
  traceId: string;
  /** The client's span, if it sent one. */
  parent: TraceContext | undefined;
  /** A new id of a span: 16 hexadecimal digits, not all 0. */
  spanId: () => string;
}

/** Bits of the flags of a span (trace.proto, SpanFlags): whether it is known that the parent is elsewhere, and that it is. */
const hasIsRemote = 0x100;
const isRemote = 0x200;

export function toSpans(
  record: EndedRequest,
  received: Pick<Received, 'path' | 'status'>,
  ids: TraceIds,
): Span[] {
  const { traceId, parent } = ids;
  const began = Date.parse(record.at);
  const flags = hasIsRemote | (parent ? parent.flags & (sampledFlag | randomFlag) : sampledFlag | randomFlag);
  const spanId = ids.spanId();
  const state = parent?.state ? { traceState: parent.state } : {};
  const request: Span = {
    traceId,
    spanId,
    ...(parent && { parentSpanId: parent.spanId }),
    ...state,
    flags: parent ? flags | isRemote : flags,
    name: `chat ${modelName(record)}`.trim(),
    kind: spanKind.server,
    startTimeUnixNano: toNanos(began),
    endTimeUnixNano: toNanos(began + record.ms),
    attributes: toKeyValues(requestAttributes(record, received)),
    events:
      record.firstContentMs === undefined
        ? []
        : [
            {
              name: 'occ.first_content',
              timeUnixNano: toNanos(began + record.firstContentMs),
              attributes: [],
            },
          ],
    status: toStatus(errorFor(record)),
  };
  const of: InTrace = { ...state, traceId, parentSpanId: spanId, flags, began, ended: began + record.ms };
  return [request, ...record.attempts.map((attempt, at) => attemptSpan(attempt, at + 1, ids.spanId(), of))];
}

/** Characters of a model's name in that of a span. */
const longestName = 100;

function modelName({ model }: EndedRequest): string {
  return shortLine(model, longestName);
}

function requestAttributes(
  record: EndedRequest,
  { path, status }: Pick<Received, 'path' | 'status'>,
): Attributes {
  const { attempts, answered, fallbackFrom, firstContentMs, error } = record;
  const last = attempts.at(-1);
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': answered?.provider,
    'gen_ai.request.model': record.model,
    'gen_ai.request.stream': record.stream,
    'gen_ai.response.model':
      answered && (last?.otherModel ? nameForLog(last.otherModel) : nameWithoutProvider(answered.model)),
    'gen_ai.response.finish_reasons':
      record.ending === 'answered' && last?.stopReason ? [nameForLog(last.stopReason)] : [],
    'gen_ai.response.time_to_first_chunk':
      firstContentMs === undefined ? undefined : { double: firstContentMs / 1000 },
    ...usageAttributes(sumOf(attempts)),
    'gen_ai.conversation.id': record.session,
    'gen_ai.agent.id': record.agent,
    'error.type': error && nameForLog(error.type),
    'http.request.method': 'POST',
    'http.route': routeOf(path),
    'http.response.status_code': status,
    'occ.request.id': record.id,
    'occ.request.class': record.requestClass,
    'occ.request.tier': record.tier,
    'occ.route': record.route,
    'occ.ending': record.ending,
    'occ.attempts': attempts.length,
    'occ.failure.class': error?.class,
    'occ.fallback.from': fallbackFrom?.model,
    'occ.fallback.reason': fallbackFrom && (fallbackFrom.class ?? fallbackFrom.passedOver),
    'occ.passed_over': record.passedOver.map(({ model, kind }) => `${model}: ${kind}`),
    'occ.repairs': record.repairs.map(({ model, what }) => `${model}: ${what}`),
    'occ.cost.usd': record.cost === undefined ? undefined : { double: record.cost },
  };
}

/** The path without what differs from request to request: Gemini's clients name the model in it. */
function routeOf(path: string): string {
  return path.replace(/(?<=\/models\/).*(?=:\w+$)/s, '{model}');
}

/**
 * The type of the error if the server or an upstream is at fault; undefined for a request that the client must change: the
 * status of the span of a server stays unset then (semantic conventions for HTTP spans, "Status").
 */
function errorFor({ ending, error }: EndedRequest): string | undefined {
  if (error === undefined || (ending !== 'refused' && ending !== 'cut')) return undefined;
  const ofClient = error.class === 'client' || (error.class === undefined && error.status < 500);
  return ofClient && ending === 'refused' ? undefined : nameForLog(error.type);
}
