/** The answer to one request: a script, encoded in the request's format, or a fixed reply. Either can have faults. */
import { page } from './page.ts';
import type { Faults } from './faults.ts';
import type { Flavour } from './formats/format.ts';
import type { Script } from './script.ts';

export interface Answer {
  script?: Script;
  /** A fixed status and body, instead of a script. */
  reply?: Reply;
  faults?: Faults;
  /** By default that of the emulator. */
  flavour?: Flavour;
}

export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface RefusalOptions {
  /** The gateway's error type, such as `GoUsageLimitError`; by default one that fits the status. */
  type?: string;
  message?: string;
  retryAfterSeconds?: number;
  metadata?: object;
  headers?: Readonly<Record<string, string>>;
  /** Replaces the gateway's JSON. */
  body?: string;
}

/** A refusal as OpenCode's gateway sends it: the same JSON for every format, served as plain text. */
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

/** A web page instead of an answer, as gateways and captive portals send it. */
export function webPage(status = 200): Answer {
  return { reply: { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page(status) } };
}

/** Status 200 with an empty body. */
export function nothing(): Answer {
  return { reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: '' } };
}

/** Adds faults to an answer. */
export function failing(answer: Answer | Script, faults: Faults): Answer {
  const given = toAnswer(answer);
  return { ...given, faults: { ...given.faults, ...faults } };
}

export function toAnswer(answer: Answer | Script): Answer {
  return isScript(answer) ? { script: answer } : answer;
}

function isScript(answer: Answer | Script): answer is Script {
  return Array.isArray(answer);
}

/**
 * One answer per request, in order: `inTurn([refuse(529), [say('hello')]])`. A request beyond the list is refused with
 * 500, so that a test notices an unexpected attempt.
 */
export function inTurn(answers: readonly (Answer | Script)[]): () => Answer {
  let requests = 0;
  return () => {
    const answer = answers[requests++];
    return answer
      ? toAnswer(answer)
      : refuse(500, { message: `no answer was scripted for request ${requests}` });
  };
}
