/** The id of a model as a part of a URL's path. An id may come from a client, and the request carries the key. Pure. */
import { wellFormed } from './encode/text.ts';

/** Whether a part between slashes is `.` or `..`, which a URL resolves, also in encoded form (WHATWG URL, 4.4). */
export function hasDotSegment(id: string): boolean {
  return id.split(/[/\\]/).some((segment) => /^\.\.?$/.test(segment));
}

/** The id, encoded so that it stays below the path it is appended to: of an id with dot segments the slashes, too. */
export function idInPath(id: string): string {
  const segments = hasDotSegment(id) ? [id] : id.split('/');
  return segments.map((segment) => encodeURIComponent(wellFormed(segment))).join('/');
}
