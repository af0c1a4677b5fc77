/**
 * One request as the proxy saw it on both sides: what it was asked, what every upstream sent and when,
 * and what the client received and when. It holds text of the conversation, so it stays in memory; what reaches the disk
 * is made from it elsewhere.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Settings } from '../../config/settings.ts';
import type { ServedName } from '../../wire/served-paths.ts';
import type { NetworkFault } from '../policy/network-faults.ts';
import type { Candidate, Hindrance, Plan } from '../policy/plan.ts';
import type { EndedRequest } from '../recent.ts';
import type { Tape } from './tape.ts';

/** What is known before the first attempt. */
export interface RecordingStart {
  /** The headers of the client's request; credentials are removed before they are written to disk. */
  headers: IncomingHttpHeaders;
  /** The path with the parts of the query that change the answer, and the format that the client speaks. */
  path: string;
  format: ServedName;
  plan: Plan;
  settings: Settings;
  /** The ids that the proxy chose for the conversation and the answer. */
  session: string;
  messageId: string;
  inputTokens: number;
  /** Milliseconds that the client allows for a whole answer. */
  limitMs: number | undefined;
  /** The record that grows with the request. */
  record: EndedRequest;
}

export interface RecordedAttempt {
  /** The model as it was asked, with the changes that its upstream wanted. */
  candidate: Candidate;
  /** Which key of the provider was used. */
  key: number;
  sentMs: number;
  /** Characters of the body that was sent. */
  sentLength: number;
  /** The names of the headers that were sent, in lower case. */
  sentHeaders: readonly string[];
  /** Absent if there was no response. */
  status?: number;
  headers: Readonly<Record<string, string>>;
  headersMs?: number;
  /** The decompressed body. */
  body: Tape;
  /**
   * - `complete`: the body ended, or the proxy needed no more of it.
   * - `broken`: the connection failed; `fault` says how.
   * - `left`: the proxy ended it, or the client had left.
   * - `open`: the attempt still runs.
   */
  ended: 'complete' | 'broken' | 'left' | 'open';
  endedMs: number;
  fault?: { trouble: 'connect' | 'reset'; code: string; message: string; network?: NetworkFault };
}

/** A model that was passed over between attempts. */
export interface RecordedBarrier {
  model: string;
  hindrance: Hindrance;
  /** How many attempts had been made by then. */
  after: number;
}

export interface RecordedReply {
  /** Absent until the headers were sent. */
  status?: number;
  headers: Readonly<Record<string, string>>;
  body: Tape;
}

export interface Recording {
  readonly id: string;
  /** When the first model was chosen, in milliseconds since the arrival. */
  readonly beganMs: number;
  readonly start: RecordingStart;
  /** The body of the client's request as it arrived: one piece. */
  readonly body: Tape;
  readonly attempts: readonly RecordedAttempt[];
  readonly barriers: readonly RecordedBarrier[];
  readonly reply: RecordedReply;
  /** When the client left, if it left before the end. */
  readonly leftMs?: number;
  /** The request has ended. */
  readonly ended: boolean;
  /** Pieces that were not kept, because the recording or all recordings together had become too large. */
  readonly dropped: number;
}
