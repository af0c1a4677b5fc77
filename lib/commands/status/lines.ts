/** The lines of `occ status`, which are wrapped below their own text. */
import { stripVTControlCharacters } from 'node:util';
import { toNumber, toText, type JsonObject } from '../../json.ts';
import { momentInSeconds, shortId } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { version } from '../../version.ts';
import { wrap } from '../../terminal/wrap.ts';

/** A line, and what precedes its text: following lines of the text begin at the same column. */
export interface Line {
  head: string;
  text: string;
}

export const emptyLine: Line = { head: '', text: '' };

/** The version of a proxy, and what to do if it is not that of this program. */
export function versionText(ofProxy: string): string {
  return ofProxy === version ? ofProxy : `${ofProxy}; this is occ ${version}, which occ restart starts`;
}

/** No line is longer than `width` columns, unless a single word such as a path is. */
export function fit({ head, text }: Line, width: number): string[] {
  const headWidth = stripVTControlCharacters(head).length;
  const fits = stripVTControlCharacters(text).length + headWidth <= width;
  if (fits || text === '') return [`${head}${text}`];
  const [first = '', ...rest] = wrap(text, width - headWidth);
  return [head + first, ...rest.map((line) => ' '.repeat(headWidth) + line)];
}

/** The texts about the latest error that a client received: when, what, the next step. Empty if there was none. */
export function errorTexts(error: JsonObject, style: Style): string[] {
  if (error['message'] === undefined) return [];
  const [first = '', ...rest] = toText(error['message']).split('\n');
  const next = toText(error['next']);
  const id = toText(error['request']);
  return [
    // The status had been sent before an answer broke off.
    [
      momentInSeconds(toText(error['at'])),
      ...(error['ending'] === 'cut' ? [] : [`status ${toNumber(error['status']) ?? ''}`]),
      shortId(id),
    ].join(', '),
    style.bad(first),
    ...rest.map((line) => line.trim()),
    ...(next === '' || next.includes(id) ? [] : [`Next: ${next}`]),
    `Next: occ why ${shortId(id)}`,
  ];
}
