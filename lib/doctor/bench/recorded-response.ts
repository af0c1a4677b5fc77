/** The response that one side received, with the time of every byte. */

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

export function textOf({ chunks }: Pick<RecordedResponse, 'chunks'>): string {
  return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');
}

/** Bytes kept of one response: far more than any answer to doctor's own short prompts. */
export const maxKeptBytes = 16 * 1024 * 1024;
