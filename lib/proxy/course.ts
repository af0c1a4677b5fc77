/** What one request's trial is given, and what has happened in it so far. */
import type { StreamEvent } from '../anthropic/events.ts';
import type { Settings } from '../config/settings.ts';
import type { Turn } from '../wire/codec.ts';
import type { Tried } from './policy/failures.ts';
import type { Candidate, PassedOver, Plan } from './policy/plan.ts';
import type { Repairs } from './rejections/repair.ts';
import type { EndedRequest } from './recent.ts';
import type { OpenRecording } from './recording/recorder.ts';
import type { Reply } from './reply.ts';

export interface Trial {
  plan: Plan;
  turn: Turn;
  /** The headers for one model's provider. */
  headers: (candidate: Candidate) => Record<string, string>;
  requestId: string;
  reply: Reply;
  /** Aborts when the client disconnects. */
  gone: AbortSignal;
  settings: Settings;
  /** Milliseconds the client waits for a whole answer, if it said so. */
  limitMs: number | undefined;
  /** Takes what happens. */
  record: EndedRequest;
  recording: OpenRecording;
  /** When the request arrived, on the monotonic clock. */
  arrived: number;
}

/** What has happened in a trial so far. */
export interface Course {
  /** In the plan's order. A repair replaces one. */
  candidates: Candidate[];
  tried: Tried[];
  /** The repairs made, by candidate. */
  repairs: Map<number, Repairs<Candidate>>;
  /** Candidates that may not be tried now, and why. */
  barred: Map<number, PassedOver>;
  /** Every candidate was barred, so those that are only spent or gone are tried after all. */
  lastResort: boolean;
  /** When the trial began, on the monotonic clock. */
  began: number;
  /** A finished answer with no content, in case every attempt ends so (P6). */
  empty?: { events: readonly StreamEvent[]; candidate: Candidate; attempts: number };
}
