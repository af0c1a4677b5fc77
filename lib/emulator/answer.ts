/** What one request is answered with: a script in the asker's format, or a reply of another kind; either may fail. */
import { page } from './page.ts';
import type { Faults } from './faults.ts';
import type { Flavour } from './formats/format.ts';
import type { Script } from './script.ts';

export interface Answer {
  script?: Script;
  /** Instead of a script: this status and body, whatever was asked. */
  reply?: Reply;
  faults?: Faults;
  /** The emulator's own unless set. */
  flavour?: Flavour;
}

export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface RefusalOptions {
  /** The gateway's name for it, `GoUsageLimitError`; by default one that fits the status. */
  type?: string;
  message?: string;
  retryAfterSeconds?: number;
  metadata?: object;
  headers?: Readonly<Record<string, string>>;
  /** Sent instead of the gateway's envelope. */
  body?: string;
}

/** A refusal in the gateway's envelope, which is the same on every format and is served as plain text (upstream facts 3.1). */
export function refuse(status: number, options: RefusalOptions = {}): Answer {
  const error = {
    type: options.type ?? typeByStatus[status] ?? 'error',
    message: options.message ?? `emulated ${status}`,
  };
  const metadata = options.metadata && { metadata: options.metadata };
  return {
    reply: {
      status,
      headers: {
        'content-type': 'text/plain;charset=UTF-8',
        ...(options.retryAfterSeconds !== undefined && { 'retry-after': String(options.retryAfterSeconds) }),
        ...options.headers,
      },
      body: options.body ?? JSON.stringify({ type: 'error', error, ...metadata }),
    },
  };
}

const typeByStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'AuthError',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'RateLimitError',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** A web page where an answer was expected, as gateways and captive portals send it; 200 unless another status is named. */
export function webPage(status = 200): Answer {
  return { reply: { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page(status) } };
}

/** Status 200 and not one byte of body. */
export function nothing(): Answer {
  return { reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: '' } };
}

/** The answer with these faults, beside those it has. */
export function failing(answer: Answer | Script, faults: Faults): Answer {
  const whole = toAnswer(answer);
  return { ...whole, faults: { ...whole.faults, ...faults } };
}

export function toAnswer(answer: Answer | Script): Answer {
  return isScript(answer) ? { script: answer } : answer;
}

function isScript(answer: Answer | Script): answer is Script {
  return Array.isArray(answer);
}

/**
 * One answer per request, in order: `inTurn([refuse(529), [say('hello')]])`. A request beyond the list is refused with
 * 500, so that a try too many is seen.
 */
export function inTurn(answers: readonly (Answer | Script)[]): () => Answer {
  let asked = 0;
  return () => {
    const answer = answers[asked++];
    return answer
      ? toAnswer(answer)
      : refuse(500, { message: `no answer was scripted for request ${asked}` });
  };
}
