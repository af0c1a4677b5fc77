/**
 * Counts the tokens of a request for `count_tokens`, with o200k in a worker thread. The first request starts the thread,
 * and it ends after a while without requests. What cannot be counted in time is estimated.
 */
import { Worker } from 'node:worker_threads';
import { toCountable } from '../anthropic/countable.ts';
import { estimateTokens } from '../anthropic/estimate.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Log } from '../log/log.ts';
import { packageFile } from '../package-root.ts';
import { systemClock, type Clock } from './clock.ts';
import type { CountJob, Counted } from './token-worker.ts';

export interface TokenCounter {
  /** Never rejects. */
  readonly count: (request: MessagesRequest) => Promise<number>;
  /** Ends the thread. Requests that still wait get an estimate. */
  readonly close: () => Promise<void>;
}

export interface CounterLimits {
  /** Milliseconds for one count, including loading the encoding and waiting for earlier counts. */
  answerMs: number;
  /** Milliseconds without a request after which the thread ends. It holds about 100 MB. */
  idleMs: number;
  /** Characters above which a request is estimated and not counted. */
  characters: number;
}

const usual: CounterLimits = { answerMs: 8000, idleMs: 60_000, characters: 20_000_000 };

export function openTokenCounter(
  log: Log,
  limits: Partial<CounterLimits> = {},
  clock: Clock = systemClock,
): TokenCounter {
  const { answerMs, idleMs, characters } = { ...usual, ...limits };
  const waiting = new Map<number, (tokens: number | undefined) => void>();
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  function open(): Worker {
    clearTimeout(idle);
    if (thread) return thread;
    // Always the compiled file: a thread does not inherit the loader that runs TypeScript.
    const worker = new Worker(packageFile('dist/bin/token-worker.js'), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    worker.unref();
    worker.on('message', ({ id, tokens }: Counted) => waiting.get(id)?.(tokens));
    worker.on('error', (error) => end(worker, String(error)));
    thread = worker;
    return worker;
  }

  /** Requests that wait for this thread get an estimate. The next request starts another thread. */
  function end(worker: Worker, why?: string): void {
    if (thread !== worker) return;
    thread = undefined;
    clearTimeout(idle);
    void worker.terminate();
    if (why !== undefined) log({ level: 'warn', event: 'count', error: why });
    for (const settle of waiting.values()) settle(undefined);
  }

  /** Tokens of the texts; undefined when they could not be counted in time. */
  async function ask(texts: readonly string[]): Promise<number | undefined> {
    const worker = open();
    const id = ++lastId;
    const inTime = clock.after(answerMs, () => end(worker, `not counted within ${answerMs} ms`));
    const tokens = await new Promise<number | undefined>((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ id, texts } satisfies CountJob);
    });
    inTime();
    waiting.delete(id);
    if (waiting.size === 0 && thread === worker) idle = setTimeout(() => end(worker), idleMs).unref();
    return tokens;
  }

  return {
    async count(request) {
      const { texts, values, fixed } = toCountable(request);
      for (const value of values) texts.push(JSON.stringify(value));
      const length = texts.reduce((sum, text) => sum + text.length, 0);
      const tokens = closed || length > characters ? undefined : await ask(texts);
      return tokens === undefined ? estimateTokens(request) : tokens + fixed;
    },
    async close() {
      closed = true;
      const worker = thread;
      if (!worker) return;
      end(worker);
      await worker.terminate();
    },
  };
}
