/**
 * The folder in which a client was started. Claude Code does not send it in a form that a program can rely on, so `occ launch
 * --attach` has it sent in a header. It is only recorded, and goes to no upstream.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { toText } from '../json.ts';

export const projectHeader = 'x-occ-project';

/** A path as the value of the header, which may hold ASCII only. */
export function toProjectHeader(folder: string): string {
  return encodeURI(folder);
}

/** "" if the client does not say, or says it in another form. */
export function projectOf(headers: IncomingHttpHeaders): string {
  try {
    return decodeURIComponent(toText(headers[projectHeader]));
  } catch {
    return '';
  }
}
