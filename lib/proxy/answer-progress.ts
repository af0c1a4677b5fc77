/**
 * How far the answer of one attempt has come, what of it may leave for the client, and which time limit runs next. Pure: the
 * attempt owns the socket, the timers and the log, and reports each chunk here.
 *
 *     silent → answering → finished → ended
 */
import { isContent, isRemark, type Decoded, type StopReason, type StreamEvent } from '../anthropic/events.ts';
import type { Outcome, Position } from './policy/failures.ts';

/**
 * - `silent`: nothing but comments has arrived.
 * - `answering`: the answer has begun.
 * - `finished`: the upstream has reported its finish. Only usage may follow (P3).
 * - `ended`: the last event has been decoded.
 */
export type Phase = 'silent' | 'answering' | 'finished' | 'ended';

/** The limit that runs until the next chunk. `unchanged` leaves the running one alone. */
export type NextLimit = 'idle' | 'trailing' | 'unchanged';

export type Failed = Extract<Outcome, { type: 'failed' }>;

export interface AnswerProgress {
  /** Takes one event or remark of the decoder. */
  take(decoded: Decoded): void;
  /** The events that may leave now, in order; empty while they must wait. */
  release(): readonly StreamEvent[];
  /** Closes a chunk of `bytes` bytes, after what it released was sent. */
  endChunk(bytes: number): NextLimit;
  /** Why the answer is lost; undefined while it is not. */
  failed(): Failed | undefined;
  /** Why the answer ended, once its last events have been decoded. */
  stopReason(): StopReason | null;
  /** Where the answer stood if the connection breaks now. */
  position(): Position;
  /** The outcome once the body has ended without an error. */
  end(): { outcome: Outcome; empty?: readonly StreamEvent[] };
}

/** Bytes of an answer that may wait: for content, or for the end where the answer must be whole first (L3). */
const maxHeldBytes = 128 * 1024 * 1024;

/** `whole`: nothing may leave before the answer has ended (`stream: false`). */
export function answerProgress(whole: boolean): AnswerProgress {
  let phase: Phase = 'silent';
  let held: StreamEvent[] = [];
  let heldBytes = 0;
  let content = false;
  /** The client has received a part of the answer, so no other model may answer. */
  let committed = false;
  let failed: Failed | undefined;
  let stopReason: StopReason | null = null;
  /** The phase before the current chunk, and whether the chunk held events. */
  let phaseBefore: Phase = 'silent';
  let events = false;

  const seen = (): Position => (committed ? 'after_content' : 'before_content');

  function take(decoded: Decoded): void {
    if (phase === 'silent') phase = 'answering';
    if (isRemark(decoded)) {
      if (decoded.type === 'finished' && phase !== 'ended') phase = 'finished';
      if (decoded.type === 'resumed' && phase === 'finished') phase = 'answering';
      if (decoded.type === 'failed') {
        const { reason, error, status } = decoded;
        failed = {
          type: 'failed',
          trouble: reason,
          error,
          at: seen(),
          ...(status !== undefined && { status }),
        };
      }
    } else if (decoded.type !== 'error') {
      // The remark `failed` carries the error; the reply writes the event.
      events = true;
      held.push(decoded);
      content ||= isContent(decoded);
      if (decoded.type === 'message_delta') stopReason = decoded.delta.stop_reason;
      else if (decoded.type === 'message_stop') phase = 'ended';
    }
  }

  function mayLeave(): boolean {
    if (held.length === 0 || !content) return false;
    if (whole) return phase === 'ended';
    // Events before a failure belong to the client only if it has received a part of this answer already.
    return failed === undefined || committed;
  }

  function release(): readonly StreamEvent[] {
    if (!mayLeave()) return [];
    const released = held;
    held = [];
    committed = !whole;
    return released;
  }

  function endChunk(bytes: number): NextLimit {
    heldBytes = held.length > 0 ? heldBytes + bytes : 0;
    if (heldBytes > maxHeldBytes) failed ??= tooLong(seen());
    const progressed = events || phase !== phaseBefore;
    phaseBefore = phase;
    events = false;
    if (phase === 'silent') return 'unchanged';
    if (phase === 'answering') return 'idle';
    // After the finish only more of the answer extends the wait: an upstream may send comments for ever.
    return progressed ? 'trailing' : 'unchanged';
  }

  function position(): Position {
    return phase === 'finished' || phase === 'ended' ? 'after_finish' : seen();
  }

  function end(): { outcome: Outcome; empty?: readonly StreamEvent[] } {
    if (failed) return { outcome: failed };
    if (content) return { outcome: { type: 'answered' } };
    const error = {
      type: 'api_error',
      message: 'the upstream finished its answer with nothing in it',
    } as const;
    return { outcome: { type: 'failed', trouble: 'empty', error, at: 'before_content' }, empty: held };
  }

  return { take, release, endChunk, failed: () => failed, stopReason: () => stopReason, position, end };
}

function tooLong(at: Position): Failed {
  const message = 'the answer exceeded the limit of 128 MiB before any of it could be sent';
  return { type: 'failed', trouble: 'overflow', error: { type: 'api_error', message }, at };
}
