/** The error for the client when a request ended in an exception: refused before it was routed, or a fault of occ. */
import { faultForLog } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { anotherRequest, Refused } from './inbound.ts';
import type { Refusal } from './policy/verdict.ts';

/** Logs a fault with its details. */
export function refusalFor(thrown: unknown, requestId: string, log: Log): Refusal {
  if (thrown instanceof Refused) {
    const { status, type, message, next, param, forClient } = thrown;
    const permanent = status === 401 || status === 403;
    return {
      status,
      type,
      message,
      next,
      permanent,
      ...(param !== undefined && { param }),
      ...(forClient && { forClient: true }),
    };
  }
  if (thrown instanceof RangeError && /call stack/.test(thrown.message)) {
    const message = 'the body is nested too deeply to be read';
    return { status: 400, type: 'invalid_request_error', message, next: anotherRequest, permanent: true };
  }
  log({ level: 'error', event: 'fault', request: requestId, ...faultForLog(thrown) });
  const message = 'a fault in occ itself; its log has the details';
  const next = `occ logs --request ${requestId}`;
  return { status: 500, type: 'api_error', message, next, permanent: false };
}

/** A request whose answer was not complete when the proxy had to end. The client tries again, and a restarted proxy answers. */
export const stopped: Refusal = {
  status: 503,
  type: 'overloaded_error',
  message: 'occ was stopped before this answer was complete',
  permanent: false,
  next: 'occ start',
};
