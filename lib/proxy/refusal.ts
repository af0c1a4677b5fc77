/** Reads an error response: its body up to a limit, and when to try again. */
import type { ApiError } from '../anthropic/errors.ts';
import { redactedLine } from '../redact.ts';
import type { Body } from './body.ts';
import type { Deadlines } from './deadlines.ts';
import type { Outcome } from './policy/failures.ts';
import { resetInFields, resetInHeaders, resetInWords } from './policy/reset-times.ts';
import type { Answer } from './upstream.ts';

/** Bytes of an error body that are read, and how many milliseconds that may take. */
const longestBody = 64 * 1024;
const bodyMs = 5000;

export async function readRefusal(
  { status, headers, body }: Answer,
  limits: Deadlines,
  now: number,
  decode: (status: number, body: string) => ApiError,
): Promise<Outcome> {
  limits.arm('idle', bodyMs);
  const text = await readText(body);
  if (limits.ended() === 'gone') return { type: 'abandoned' };
  if (status < 400) return redirected(status, headers['location']);
  const error = decode(status, text);
  const retryAfterMs =
    toRetryAfterMs(headers, now) ??
    resetInFields(error, now) ??
    (status === 429 ? resetInHeaders(headers, now) : undefined) ??
    resetInWords(error.message, now);
  return { type: 'refused', error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** As much of the body as arrives: the start of a body that breaks off is still useful. */
async function readText(body: Body): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    await body.read((piece) => {
      text += decoder.decode(piece, { stream: true });
      return text.length <= longestBody;
    });
  } catch {
    // Without a body, the status remains.
  }
  return text.slice(0, longestBody);
}

function redirected(status: number, location = 'somewhere else'): Outcome {
  const message = `the upstream redirects (${status}) to ${redactedLine(location).slice(0, 200)}, which is not followed: a key goes only where it was configured to go`;
  return {
    type: 'failed',
    trouble: 'connect',
    error: { type: 'api_error', message },
    at: 'before_content',
    network: { kind: 'redirect', status },
  };
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3); undefined when there is none to read. */
export function toRetryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const ms = Number(headers['retry-after-ms'] || NaN);
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const after = headers['retry-after'];
  if (after === undefined || after.trim() === '') return undefined;
  const seconds = Number(after);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
