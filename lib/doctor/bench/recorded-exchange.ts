/** One request through the proxy as both sides saw it: every byte and when it arrived. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { TimeLimit, Trouble } from '../../proxy/policy/failures.ts';

/** Bytes that arrived together. */
export interface Chunk {
  /** Milliseconds since the exchange began. */
  atMs: number;
  bytes: Uint8Array;
}

/** The response that one side received. */
export interface RecordedResponse {
  /** Absent if there was no response. */
  status?: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  chunks: readonly Chunk[];
  /**
   * - `complete`: the HTTP body ended regularly, whatever it contains.
   * - `broken`: the connection failed before or within the body; `reason` describes the error.
   * - `aborted`: the side that sent the request aborted it.
   */
  ended: 'complete' | 'broken' | 'aborted';
  reason?: string;
  endedMs: number;
}

/** One request from the proxy to an upstream. */
export interface RecordedUpstream extends RecordedResponse {
  /** Without query and credentials. */
  url: string;
  sentMs: number;
}

/** How the proxy's last attempt failed, from its log. */
export interface FailedAttempt {
  trouble: Trouble;
  limit?: TimeLimit | undefined;
}

export interface RecordedExchange {
  request: MessagesRequest;
  upstream: readonly RecordedUpstream[];
  client: RecordedResponse;
  failed?: FailedAttempt;
  /** When the client disconnected on purpose. */
  disconnectedMs?: number;
}

export function textOf({ chunks }: Pick<RecordedResponse, 'chunks'>): string {
  return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');
}

/** Bytes kept of one response: far more than any answer to doctor's own short prompts. */
export const maxKeptBytes = 16 * 1024 * 1024;
