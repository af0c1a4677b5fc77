/** Records what the proxy sends to its upstreams and what they return, without changing a byte. */
import type { Body } from '../../proxy/body.ts';
import type { Answer, Upstream } from '../../proxy/upstream.ts';
import { type RecordedUpstream } from './recorded-exchange.ts';
import { maxKeptBytes, type Chunk } from './recorded-response.ts';

type Recording = { -readonly [K in keyof RecordedUpstream]: RecordedUpstream[K] } & { chunks: Chunk[] };

export interface Tap {
  /** Pass this to the proxy. Closing it aborts its requests and leaves the shared upstream open. */
  upstream: Upstream;
  /** Discards the recordings and restarts the clock. */
  restart(): void;
  /** Every request since the restart, in order. A request that is still running has `ended: 'aborted'` for now. */
  requests(): readonly RecordedUpstream[];
  /** Resolves when no request is running, or after `limitMs`. */
  idle(limitMs: number): Promise<void>;
}

export function createTap(upstream: Upstream): Tap {
  let recordings: Recording[] = [];
  let began = performance.now();
  const running = new Set<Recording>();
  const closing = new AbortController();
  let waiting: (() => void)[] = [];

  function end(side: Recording, ended: RecordedUpstream['ended'], error?: unknown): void {
    if (!running.delete(side)) return;
    side.ended = ended;
    side.endedMs = performance.now() - began;
    if (error instanceof Error) side.reason = error.message;
    if (running.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  function record(body: Body, side: Recording, signal: AbortSignal): Body {
    const since = began;
    let received = 0;
    /** The reader left before the end. */
    let left = false;
    return {
      async read(take) {
        const mark = (goOn: boolean): boolean => {
          left = !goOn;
          return goOn;
        };
        try {
          await body.read((bytes) => {
            received += bytes.length;
            if (received <= maxKeptBytes) side.chunks.push({ atMs: performance.now() - since, bytes });
            const goOn = take(bytes);
            return typeof goOn === 'boolean' ? mark(goOn) : goOn.then(mark);
          });
          end(side, left ? 'aborted' : 'complete');
        } catch (error) {
          end(side, signal.aborted ? 'aborted' : 'broken', error);
          throw error;
        }
      },
    };
  }

  async function post(
    url: string,
    headers: Record<string, string>,
    body: string,
    caller: AbortSignal,
  ): Promise<Answer> {
    const sentMs = performance.now() - began;
    const signal = AbortSignal.any([caller, closing.signal]);
    const side: Recording = {
      url: withoutSecrets(url),
      sentMs,
      headers: {},
      chunks: [],
      ended: 'aborted',
      endedMs: 0,
    };
    recordings.push(side);
    running.add(side);
    // Also ends the recording if the body is no longer being read.
    signal.addEventListener('abort', () => end(side, 'aborted'), { once: true });
    try {
      const answer = await upstream.post(url, headers, body, signal);
      side.status = answer.status;
      side.headers = answer.headers;
      return { ...answer, body: record(answer.body, side, signal) };
    } catch (error) {
      end(side, signal.aborted ? 'aborted' : 'broken', error);
      throw error;
    }
  }

  return {
    upstream: { post, get: (...args) => upstream.get(...args), close: async () => closing.abort() },
    restart() {
      recordings = [];
      running.clear();
      began = performance.now();
    },
    requests: () => recordings,
    async idle(limitMs) {
      if (running.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        timer = setTimeout(resolve, limitMs);
      });
      clearTimeout(timer);
    },
  };
}

/** Drops the user name, password and query, which may contain a key. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
