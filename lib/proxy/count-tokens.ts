/**
 * How many tokens a request has, for `count_tokens`: counted with o200k in a thread of its own, which is started by the
 * first question and ended when none has come for a while. Whatever cannot be counted in time is estimated.
 */
import { Worker } from 'node:worker_threads';
import { toCountable } from '../anthropic/countable.ts';
import { estimateTokens } from '../anthropic/estimate.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Log } from '../log/log.ts';
import type { CountJob, Counted } from './token-worker.ts';

export interface TokenCounter {
  /** Never rejects. */
  readonly count: (request: MessagesRequest) => Promise<number>;
  /** Ends the thread; what is being counted is estimated. */
  readonly close: () => Promise<void>;
}

export interface CounterLimits {
  /** Milliseconds for one answer, those of loading the encoding and of waiting in line included. */
  answerMs: number;
  /** Milliseconds without a question after which the thread ends; it holds about 100 MB. */
  idleMs: number;
  /** Characters above which nothing is counted. */
  characters: number;
}

const usual: CounterLimits = { answerMs: 8000, idleMs: 60_000, characters: 20_000_000 };

export function openTokenCounter(log: Log, limits: Partial<CounterLimits> = {}): TokenCounter {
  const { answerMs, idleMs, characters } = { ...usual, ...limits };
  const waiting = new Map<number, (tokens: number | undefined) => void>();
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  function open(): Worker {
    clearTimeout(idle);
    if (thread) return thread;
    // Always the compiled one: a thread does not inherit what makes TypeScript run.
    const worker = new Worker(new URL(import.meta.resolve('#token-worker')), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    worker.unref();
    worker.on('message', ({ id, tokens }: Counted) => waiting.get(id)?.(tokens));
    worker.on('error', (error) => end(worker, String(error)));
    thread = worker;
    return worker;
  }

  /** Whoever waits for this thread gets an estimate; the next question starts another. */
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
    const late = setTimeout(() => end(worker, `not counted within ${answerMs} ms`), answerMs);
    const tokens = await new Promise<number | undefined>((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ id, texts } satisfies CountJob);
    });
    clearTimeout(late);
    waiting.delete(id);
    if (waiting.size === 0 && thread === worker) idle = setTimeout(() => end(worker), idleMs).unref();
    return tokens;
  }

  return {
    async count(request) {
      const { texts, fixed } = toCountable(request);
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
