/** An upstream whose requests are recorded, without changing a byte. */
import type { Body } from '../body.ts';
import { UpstreamError } from '../upstream-error.ts';
import type { Answer, Upstream } from '../upstream.ts';
import type { RecordedAttempt } from './recording.ts';

/** Fills in `attempt` while its request runs. `keep` takes the pieces of the body; `elapsed` is the time of the recording. */
export function recorded(
  upstream: Upstream,
  attempt: RecordedAttempt,
  elapsed: () => number,
  keep: (bytes: Uint8Array) => void,
): Upstream {
  function end(how: RecordedAttempt['ended'], error?: unknown): void {
    attempt.ended = how;
    attempt.endedMs = elapsed();
    if (how !== 'broken' || !(error instanceof UpstreamError)) return;
    const { trouble, code, message, fault } = error;
    attempt.fault = { trouble, code, message, ...(fault && { network: fault }) };
  }

  function recordedBody(body: Body, signal: AbortSignal): Body {
    return {
      async read(take) {
        try {
          await body.read((bytes) => {
            keep(bytes);
            return take(bytes);
          });
          end('complete');
        } catch (error) {
          end(signal.aborted ? 'left' : 'broken', error);
          throw error;
        }
      },
    };
  }

  return {
    async post(url, headers, body, signal): Promise<Answer> {
      attempt.sentMs = elapsed();
      attempt.sentLength = body.length;
      attempt.sentHeaders = Object.keys(headers);
      try {
        const answer = await upstream.post(url, headers, body, signal);
        attempt.status = answer.status;
        attempt.headers = answer.headers;
        attempt.headersMs = elapsed();
        return { ...answer, body: recordedBody(answer.body, signal) };
      } catch (error) {
        end(signal.aborted ? 'left' : 'broken', error);
        throw error;
      }
    },
    get: (...args) => upstream.get(...args),
    close: () => upstream.close(),
  };
}
