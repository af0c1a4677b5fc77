/** Keeps recordings of the latest requests in memory, within a bound in bytes. */
import type { Clock } from '../clock.ts';
import type { Candidate, Hindrance } from '../policy/plan.ts';
import type { Upstream } from '../upstream.ts';
import type {
  RecordedAttempt,
  RecordedBarrier,
  RecordedReply,
  Recording,
  RecordingStart,
} from './recording.ts';
import { recorded } from './recorded-upstream.ts';
import { tape, type Tape } from './tape.ts';

/** A recording that still grows. */
export interface OpenRecording {
  /** The upstream for one attempt, which records what passes. */
  attempt(candidate: Candidate, key: number, upstream: Upstream): Upstream;
  barred(model: string, hindrance: Hindrance): void;
  /** What is written to the client. */
  head(status: number, headers: Readonly<Record<string, string>>): void;
  wrote(encoded: string | Uint8Array): void;
  left(): void;
}

export interface Recorder {
  /** `arrived` is when the request arrived, on the monotonic clock. */
  begin(id: string, arrived: number, start: RecordingStart): OpenRecording;
  /** Closes the recording of a request, if there is one. */
  end(id: string): Recording | undefined;
  /** The latest recording whose id starts with `id`. */
  find(id: string): Recording | undefined;
  /** Newest first. */
  list(): Recording[];
}

/** The bounds in bytes of all recordings together, and of one. */
export interface RecorderLimits {
  total: number;
  each: number;
}

export const recorderLimits: RecorderLimits = { total: 8 * 1024 * 1024, each: 2 * 1024 * 1024 };

/** What a piece takes beside its bytes, and a recording beside its pieces; estimates. */
const pieceBytes = 16;
const recordingBytes = 4096;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Kept extends Mutable<Recording> {
  attempts: RecordedAttempt[];
  barriers: RecordedBarrier[];
  bytes: number;
}

export function recorder(clock: Pick<Clock, 'monotonic'>, limits: RecorderLimits = recorderLimits): Recorder {
  /** Oldest first; running ones among them. */
  const kept = new Map<string, Kept>();
  let total = 0;

  function remove(one: Kept): void {
    kept.delete(one.id);
    total -= one.bytes;
  }

  /** Makes room by removing what ended first. Returns false if there is none. */
  function makeRoom(bytes: number): boolean {
    if (total + bytes <= limits.total) return true;
    for (const one of kept.values()) {
      if (!one.ended) continue;
      remove(one);
      if (total + bytes <= limits.total) return true;
    }
    return false;
  }

  function take(one: Kept, bytes: number): boolean {
    if (one.dropped > 0 || one.bytes + bytes > limits.each || !makeRoom(bytes)) {
      // What comes after a gap would be misread.
      one.dropped++;
      return false;
    }
    one.bytes += bytes;
    total += bytes;
    return true;
  }

  function begin(id: string, arrived: number, start: RecordingStart): OpenRecording {
    const elapsed = (): number => clock.monotonic() - arrived;
    const reply: Mutable<RecordedReply> = { headers: {}, body: tape() };
    const one: Kept = {
      id,
      beganMs: elapsed(),
      start,
      attempts: [],
      barriers: [],
      reply,
      ended: false,
      dropped: 0,
      bytes: 0,
    };
    const size = recordingBytes + start.body.length;
    if (size > limits.each || !makeRoom(size)) return nothing;
    one.bytes = size;
    total += size;
    kept.set(id, one);

    function add(body: Tape, piece: string | Uint8Array): void {
      if (take(one, piece.length + pieceBytes)) body.add(elapsed(), piece);
    }

    return {
      attempt(candidate, key, upstream) {
        const attempt: RecordedAttempt = {
          candidate,
          key,
          sentMs: elapsed(),
          sentLength: 0,
          sentHeaders: [],
          headers: {},
          body: tape(),
          ended: 'open',
          endedMs: 0,
        };
        one.attempts.push(attempt);
        return recorded(upstream, attempt, elapsed, (bytes) => add(attempt.body, bytes));
      },
      barred: (model, hindrance) => void one.barriers.push({ model, hindrance, after: one.attempts.length }),
      head(status, headers) {
        reply.status = status;
        reply.headers = headers;
      },
      wrote: (encoded) => add(reply.body, encoded),
      left() {
        one.leftMs ??= elapsed();
      },
    };
  }

  return {
    begin,
    end(id) {
      const one = kept.get(id);
      if (one) one.ended = true;
      return one;
    },
    find: (id) => [...kept.values()].findLast((one) => one.id.startsWith(id)),
    list: () => [...kept.values()].reverse(),
  };
}

/** Records nothing. */
export const notRecorded: Recorder & { begin(): OpenRecording } = {
  begin: () => nothing,
  end: () => undefined,
  find: () => undefined,
  list: () => [],
};

/** For a request that is not recorded. */
const nothing: OpenRecording = {
  attempt: (_candidate, _key, upstream) => upstream,
  barred() {},
  head() {},
  wrote() {},
  left() {},
};
