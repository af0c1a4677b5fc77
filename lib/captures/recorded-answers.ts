/** An upstream that answers the attempts of a capture as they were answered when it was recorded. */
import type { Clock } from '../proxy/clock.ts';
import { UpstreamError } from '../proxy/upstream-error.ts';
import type { Answer, Upstream } from '../proxy/upstream.ts';
import { bytesOf, type Capture, type CapturedAttempt } from './capture.ts';

export interface RecordedAnswers extends Upstream {
  /** How many requests were made, including those beyond the recorded ones. */
  asked(): number;
}

/** On the clock, 0 is when the first model was chosen. */
export function recordedAnswers(
  { attempts, beganMs, leftMs }: Pick<Capture, 'attempts' | 'beganMs' | 'leftMs'>,
  clock: Clock,
): RecordedAnswers {
  let asked = 0;

  async function post(
    _url: string,
    _headers: Record<string, string>,
    _body: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const attempt = attempts[asked++];
    // The client left before this request was made.
    if (!attempt && leftMs !== undefined) return never(signal);
    if (!attempt)
      throw new UpstreamError('connect', 'the recording has no further answer', {
        code: 'not_recorded',
      });
    const { sentMs, status, headers, headersMs, pieces, ended, endedMs, fault } = attempt;
    await passed(clock, sentMs - beganMs - clock.monotonic(), signal);
    const began = clock.monotonic();
    const at = (ms: number): Promise<void> => passed(clock, began + ms - sentMs - clock.monotonic(), signal);
    /** What happens after the last recorded byte. */
    async function end(): Promise<void> {
      // Otherwise the proxy or its client ended it, as they will now.
      if (ended === 'left' || ended === 'open') return never(signal);
      await at(endedMs);
      if (ended === 'broken') throw broken(fault);
    }
    if (status === undefined || headersMs === undefined) {
      await end();
      throw broken(fault);
    }
    await at(headersMs);
    return {
      status,
      headers,
      body: {
        async read(take) {
          for (const piece of pieces) {
            await at(piece[0]);
            if (!(await take(bytesOf(piece)))) return;
          }
          await end();
        },
      },
    };
  }

  const gone = (): Promise<never> => Promise.reject(broken(undefined));
  return { post, get: gone, close: async () => {}, asked: () => asked };
}

function broken(fault: CapturedAttempt['fault']): UpstreamError {
  if (fault === undefined) return new UpstreamError('connect', 'no answer was recorded', {});
  const { trouble, message, code, network } = fault;
  return new UpstreamError(trouble, message, { code, ...(network && { fault: network }) });
}

/** Resolves after `ms` milliseconds; rejects when the request is aborted. */
function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    if (ms <= 0) return resolve();
    const abort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
