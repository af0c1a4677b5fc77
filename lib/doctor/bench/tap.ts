/** Listens in on what the proxy asks its upstreams and what they answer, byte for byte, without changing either. */
import type { Answer, Upstream } from '../../proxy/upstream.ts';
import { mostKept, type Piece, type UpstreamSide } from './recorded-exchange.ts';

type Recording = { -readonly [K in keyof UpstreamSide]: UpstreamSide[K] } & { pieces: Piece[] };

export interface Tap {
  upstream: Upstream;
  /** Forgets what was heard and counts time from now. */
  restart(): void;
  /** Every request since then, in order; those still going on count as left so far. */
  heard(): readonly UpstreamSide[];
  /** Resolves when no request is going on any more, or after `limitMs`. */
  settled(limitMs: number): Promise<void>;
}

/** Closing it ends what was asked through it, and leaves `upstream` open: others use it too. */
export function tapOn(upstream: Upstream): Tap {
  let sides: Recording[] = [];
  let began = performance.now();
  const live = new Set<Recording>();
  const closing = new AbortController();
  let waiting: (() => void)[] = [];

  function end(side: Recording, ended: UpstreamSide['ended'], error?: unknown): void {
    if (!live.delete(side)) return;
    side.ended = ended;
    side.endedMs = performance.now() - began;
    if (error instanceof Error) side.reason = error.message;
    if (live.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  async function* listen(body: Answer['body'], side: Recording, gone: AbortSignal): Answer['body'] {
    const since = began;
    let kept = 0;
    try {
      for await (const bytes of body) {
        kept += bytes.length;
        if (kept <= mostKept) side.pieces.push({ atMs: performance.now() - since, bytes });
        yield bytes;
      }
      end(side, 'whole');
    } catch (error) {
      end(side, gone.aborted ? 'left' : 'broken', error);
      throw error;
    } finally {
      end(side, 'left');
    }
  }

  async function post(
    url: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const askedMs = performance.now() - began;
    const gone = AbortSignal.any([signal, closing.signal]);
    const side: Recording = { url: bare(url), askedMs, headers: {}, pieces: [], ended: 'left', endedMs: 0 };
    sides.push(side);
    live.add(side);
    // An abort ends it also where nobody reads the body any more.
    gone.addEventListener('abort', () => end(side, 'left'), { once: true });
    try {
      const answer = await upstream.post(url, headers, body, gone);
      side.status = answer.status;
      side.headers = answer.headers;
      return { ...answer, body: listen(answer.body, side, gone) };
    } catch (error) {
      end(side, gone.aborted ? 'left' : 'broken', error);
      throw error;
    }
  }

  return {
    upstream: { post, get: (...asked) => upstream.get(...asked), close: async () => closing.abort() },
    restart() {
      sides = [];
      live.clear();
      began = performance.now();
    },
    heard: () => sides,
    async settled(limitMs) {
      if (live.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        timer = setTimeout(resolve, limitMs);
      });
      clearTimeout(timer);
    },
  };
}

/** A URL may hold a password or a key. */
function bare(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
