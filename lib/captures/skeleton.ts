/**
 * What may be written down of an exchange without consent: when something passed and how much of it, and the types of events.
 * Nothing in it is text of the conversation, or the words of an upstream, which may quote it.
 */
import { nameForLog } from '../redact.ts';
import type { RecordedAttempt, Recording } from '../proxy/recording/recording.ts';
import type { Tape } from '../proxy/recording/tape.ts';
import { version } from '../version.ts';

/** Milliseconds since the arrival, bytes, and the types of the events that begin in the piece. */
type PieceOutline = [ms: number, bytes: number, events: string[]];

export interface Skeleton {
  schema: 1;
  occ: string;
  kind: 'skeleton';
  id: string;
  at: string;
  /** The rule that chose the models. */
  route: string;
  ending: string;
  stream: boolean;
  /** Bytes of the client's request, and the estimate of its tokens. */
  bytes: number;
  inputTokens: number;
  attempts: {
    model: string;
    format: string;
    sentMs: number;
    sentLength: number;
    status?: number;
    headersMs?: number;
    ended: RecordedAttempt['ended'];
    endedMs: number;
    /** The class of the failure and what the network reported. */
    class?: string;
    fault?: string;
    pieces: PieceOutline[];
  }[];
  reply: { status?: number; pieces: PieceOutline[] };
  leftMs?: number;
}

export function toSkeleton({ id, start, body, attempts, reply, leftMs }: Recording): Skeleton {
  const { record, inputTokens, plan } = start;
  return {
    schema: 1,
    occ: version,
    kind: 'skeleton',
    id,
    at: record.at,
    route: plan.reason,
    ending: record.ending,
    stream: record.stream,
    bytes: lengthOf(body),
    inputTokens,
    attempts: attempts.map(({ candidate, fault, ...attempt }, at) => {
      const { provider, modelId, format } = candidate.route;
      const { class: failure } = record.attempts[at] ?? {};
      return {
        model: `${provider}/${modelId}`,
        format,
        sentMs: rounded(attempt.sentMs),
        sentLength: attempt.sentLength,
        ...(attempt.status !== undefined && { status: attempt.status }),
        ...(attempt.headersMs !== undefined && { headersMs: rounded(attempt.headersMs) }),
        ended: attempt.ended,
        endedMs: rounded(attempt.endedMs),
        ...(failure !== undefined && { class: failure }),
        ...(fault && { fault: fault.code }),
        pieces: outline(attempt.body),
      };
    }),
    reply: { ...(reply.status !== undefined && { status: reply.status }), pieces: outline(reply.body) },
    ...(leftMs !== undefined && { leftMs: rounded(leftMs) }),
  };
}

function outline(body: Tape): PieceOutline[] {
  return body.pieces().map(({ ms, bytes }) => [rounded(ms), bytes.length, typesIn(bytes.toString('latin1'))]);
}

/** The types in `event` lines, else one `data` for each line of data. */
function typesIn(text: string): string[] {
  const named = [...text.matchAll(/^event: ?(.{1,64})$/gm)].map(([, name = '']) => nameForLog(name.trim()));
  if (named.length > 0) return named;
  return Array.from(text.matchAll(/^data:/gm), () => 'data');
}

function rounded(ms: number): number {
  return Math.round(ms);
}

function lengthOf(body: Tape): number {
  return body.pieces().reduce((sum, { bytes }) => sum + bytes.length, 0);
}
