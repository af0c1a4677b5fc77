/**
 * Brings one batch to the collector: asks again as the specification of OTLP says ("Failures", "OTLP/HTTP Throttling"), a
 * bounded number of times.
 */
import { isObject, parseJson, toNumber } from '../json.ts';
import { readBounded } from '../proxy/body.ts';
import { wait, type Clock } from '../proxy/clock.ts';
import { toRetryAfterMs } from '../proxy/refusal.ts';
import type { Upstream } from '../proxy/upstream.ts';

export interface Destination {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Milliseconds for one request. */
  timeoutMs: number;
}

export interface DeliveryOptions {
  destination: Destination;
  upstream: () => Promise<Pick<Upstream, 'post'>>;
  clock: Clock;
  /** A number in [0, 1). */
  random: () => number;
  /** Aborts when the proxy ends: nothing is waited for any more, and what is sent is not sent again. */
  closing: AbortSignal;
  /** Aborts when even the last request must end. */
  ended: AbortSignal;
}

/** `lost`: how many spans the collector has not taken, and why; a reason without its full stop. */
export type Delivered = { lost: 0 } | { lost: number; reason: string };

/** Tries of one batch. */
const mostTries = 5;
/** Milliseconds before the second try; twice as long before each further one, and up to a half less by chance. */
const firstWaitMs = 1000;
/** The longest wait that a collector may ask for. */
const longestWaitMs = 60_000;

const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Sends one batch, again after failures that may pass. Never rejects. `spans` is the number of spans in `body`. */
export async function deliver(body: string, spans: number, options: DeliveryOptions): Promise<Delivered> {
  const { clock, random, closing } = options;
  for (let tries = 1; ; tries++) {
    const last = tries >= mostTries || closing.aborted;
    const result = await send(body, spans, options);
    if (result.again === undefined || last) return result.delivered;
    const ms = result.again.afterMs ?? firstWaitMs * 2 ** (tries - 1) * (1 - random() / 2);
    await wait(clock, Math.min(longestWaitMs, ms), closing);
  }
}

interface Result {
  delivered: Delivered;
  /** The batch may be sent again: after a time that the collector has named, if it has. */
  again?: { afterMs?: number | undefined };
}

async function send(
  body: string,
  spans: number,
  { destination, upstream, clock, ended }: DeliveryOptions,
): Promise<Result> {
  const { url, headers, timeoutMs } = destination;
  const { host } = new URL(url);
  const limit = new AbortController();
  const cancel = clock.after(timeoutMs, () => limit.abort());
  const lost = (reason: string): Delivered => ({ lost: spans, reason });
  try {
    const opened = await upstream();
    const signal = AbortSignal.any([limit.signal, ended]);
    const answer = await opened.post(url, { ...headers }, body, signal);
    const text = await readBounded(answer.body);
    const { status } = answer;
    if (status >= 200 && status < 300) return { delivered: rejectedIn(text, host) };
    const delivered = lost(`${host} answered with status ${status}`);
    if (!retryable.has(status)) return { delivered };
    return { delivered, again: { afterMs: toRetryAfterMs(answer.headers, clock.now()) } };
  } catch (error) {
    if (ended.aborted) return { delivered: lost(`${host} has not answered before occ ended`) };
    if (limit.signal.aborted)
      return { delivered: lost(`${host} has not answered within ${timeoutMs / 1000} s`), again: {} };
    return { delivered: lost((error as Error).message), again: {} };
  } finally {
    cancel();
  }
}

/** A collector that takes only some of the spans says how many it refuses. Its words may quote them, so they are not read. */
function rejectedIn(text: string, host: string): Delivered {
  const response = parseJson(text);
  const partial = isObject(response) ? response['partialSuccess'] : undefined;
  const rejected = isObject(partial) ? (toNumber(partial['rejectedSpans']) ?? 0) : 0;
  return rejected > 0 ? { lost: rejected, reason: `${host} refused ${rejected} spans` } : { lost: 0 };
}
