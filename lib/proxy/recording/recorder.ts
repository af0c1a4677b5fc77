/** Keeps recordings of the latest requests in memory, within a bound in bytes. */
import type { Buffer } from 'node:buffer';
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
import { RecordedUpstream } from './recorded-upstream.ts';
import { chunks as pool, chunkSize } from './chunks.ts';
import { Reel } from './reel.ts';
import type { Tape } from './tape.ts';

/** A recording that still grows. */
export interface OpenRecording {
  /** The upstream for one attempt, which records what passes. */
  attempt(candidate: Candidate, key: number, upstream: Upstream): Upstream;
  barred(model: string, hindrance: Hindrance): void;
  /** What is written to the client. */
  head(status: number, headers: Readonly<Record<string, string>>): void;
  wrote(encoded: string | Uint8Array): void;
}

export interface Recorder {
  /** `arrived` is when the request arrived, on the monotonic clock; `body` is copied. */
  begin(id: string, arrived: number, start: RecordingStart, body: Uint8Array): OpenRecording;
  /** Notes when the client of a request has left; only the first time counts. */
  left(id: string): void;
  /** Closes the recording of a request, if there is one. */
  end(id: string): void;
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

/** What a recording takes beside its pieces; an estimate. */
const recordingBytes = 4096;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Kept extends Mutable<Recording> {
  /** When the request arrived, on the monotonic clock. */
  arrived: number;
  attempts: RecordedAttempt[];
  barriers: RecordedBarrier[];
  reply: Mutable<RecordedReply>;
  bytes: number;
  chunks: Buffer[];
  /** Somebody may read it, so its chunks are never used again. */
  lent: boolean;
  /** It was removed to make room. */
  removed: boolean;
}

export function recorder(clock: Pick<Clock, 'monotonic'>, limits: RecorderLimits = recorderLimits): Recorder {
  /** Oldest first; running ones among them. */
  const kept = new Map<string, Kept>();
  const memory = pool();
  let total = 0;

  function remove(one: Kept): void {
    kept.delete(one.id);
    total -= one.bytes;
    one.removed = true;
    if (!one.lent) memory.give(one.chunks);
  }

  function lend(one: Kept): Recording {
    one.lent = true;
    return one;
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

  function take(one: Kept, count: number): readonly Buffer[] | undefined {
    const bytes = count * chunkSize;
    // What has ended may still grow, and may itself be what makes room.
    if (one.bytes + bytes > limits.each || !makeRoom(bytes) || one.removed) return undefined;
    one.bytes += bytes;
    total += bytes;
    const from = one.chunks.length;
    for (let taken = 0; taken < count; taken++) one.chunks.push(memory.take());
    return from === 0 ? one.chunks : one.chunks.slice(from);
  }

  function begin(id: string, arrived: number, start: RecordingStart, sent: Uint8Array): OpenRecording {
    if (!makeRoom(recordingBytes)) return nothing;
    total += recordingBytes;
    const reel = new Reel((count) => take(one, count));
    const one: Kept = {
      id,
      arrived,
      beganMs: clock.monotonic() - arrived,
      start,
      body: reel.tape(),
      attempts: [],
      barriers: [],
      reply: { headers: {}, body: reel.tape() },
      ended: false,
      dropped: 0,
      bytes: recordingBytes,
      chunks: [],
      lent: false,
      removed: false,
    };
    if (!one.body.add(one.beganMs, sent)) {
      remove(one);
      return nothing;
    }
    kept.set(id, one);
    return new Running(one, reel, clock);
  }

  return {
    begin,
    left(id) {
      const one = kept.get(id);
      if (one) one.leftMs ??= clock.monotonic() - one.arrived;
    },
    end(id) {
      const one = kept.get(id);
      if (one) one.ended = true;
    },
    find(id) {
      const found = [...kept.values()].findLast((one) => one.id.startsWith(id));
      return found && lend(found);
    },
    list: () => [...kept.values()].reverse().map(lend),
  };
}

/** A class for the same reason as `Reel`. */
class Running implements OpenRecording {
  private readonly one: Kept;
  private readonly reel: Reel;
  private readonly clock: Pick<Clock, 'monotonic'>;

  constructor(one: Kept, reel: Reel, clock: Pick<Clock, 'monotonic'>) {
    this.one = one;
    this.reel = reel;
    this.clock = clock;
  }

  attempt(candidate: Candidate, key: number, upstream: Upstream): Upstream {
    const attempt: RecordedAttempt = {
      candidate,
      key,
      sentMs: this.elapsed(),
      sentLength: 0,
      sentHeaders: [],
      headers: {},
      body: this.reel.tape(),
      ended: 'open',
      endedMs: 0,
    };
    this.one.attempts.push(attempt);
    return new RecordedUpstream(upstream, attempt, this);
  }

  barred(model: string, hindrance: Hindrance): void {
    this.one.barriers.push({ model, hindrance, after: this.one.attempts.length });
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.one.reply.status = status;
    this.one.reply.headers = headers;
  }

  wrote(encoded: string | Uint8Array): void {
    this.add(this.one.reply.body, encoded);
  }

  elapsed(): number {
    return this.clock.monotonic() - this.one.arrived;
  }

  add(to: Tape, piece: string | Uint8Array): void {
    const { one } = this;
    // What comes after a gap would be misread.
    if (one.removed || one.dropped > 0 || !to.add(this.elapsed(), piece)) one.dropped++;
  }
}

/** Records nothing. */
export const notRecorded: Recorder & { begin(): OpenRecording } = {
  begin: () => nothing,
  left() {},
  end() {},
  find: () => undefined,
  list: () => [],
};

/** For a request that is not recorded. */
const nothing: OpenRecording = {
  attempt: (_candidate, _key, upstream) => upstream,
  barred() {},
  head() {},
  wrote() {},
};
