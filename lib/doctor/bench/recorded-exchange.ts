/** One request through the proxy as both sides saw it: every byte, and when it came. */
import type { MessagesRequest } from '../../anthropic/request.ts';

/** Bytes that arrived together. */
export interface Piece {
  /** Milliseconds since the exchange began. */
  atMs: number;
  bytes: Uint8Array;
}

/** One side's answer. */
export interface Answered {
  status?: number;
  /** Lower case names. */
  headers: Readonly<Record<string, string>>;
  pieces: readonly Piece[];
  /**
   * - `whole`: the body ended as bodies end; what it says is another question.
   * - `broken`: the connection failed, before or within the body; `reason` says how.
   * - `left`: who asked went away.
   */
  ended: 'whole' | 'broken' | 'left';
  reason?: string;
  endedMs: number;
}

/** One request that the proxy made. */
export interface UpstreamSide extends Answered {
  /** Without query and credentials. */
  url: string;
  askedMs: number;
}

export interface Exchange {
  request: MessagesRequest;
  upstream: readonly UpstreamSide[];
  client: Answered;
  /** When the client went away, where it did so on purpose. */
  leftMs?: number;
}

export function textOf({ pieces }: Pick<Answered, 'pieces'>): string {
  return Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('utf8');
}

/** Bytes of one side that are kept: far more than any answer to doctor's own small prompts. */
export const mostKept = 16 * 1024 * 1024;
