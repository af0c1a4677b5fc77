/** Recognizes a client of Google's API by how it asks, at paths that other APIs have, too. */
import type { Asking } from '../../served.ts';

/** `@google/genai`, `google-genai` for Python and Google's older SDKs send both. */
const names = ['x-goog-api-key', 'x-goog-api-client'];

/** The headers in which clients of other APIs send their key. */
const othersKeys = ['authorization', 'x-api-key'];

/**
 * Whether the request has a header that only Google's clients send, or its only key is `key` in the query, as in Google's
 * examples.
 */
export function isGooglesClient({ headers, url = '' }: Asking): boolean {
  if (names.some((name) => headers[name] !== undefined)) return true;
  if (othersKeys.some((name) => headers[name] !== undefined)) return false;
  return new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]).has('key');
}
