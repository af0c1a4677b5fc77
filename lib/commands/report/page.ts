/** Renders `occ report`: what the report holds, and whether it fails like the request. */
import type { Unlike } from '../../captures/unlike.ts';
import { count, moment } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

export interface ReportResult {
  id: string;
  at: string;
  /** The version of occ that recorded it. */
  occ: string;
  ending: string;
  /** The absolute path; null if nothing was written. */
  file: string | null;
  bytes: number;
  /** How many of each were replaced. */
  replaced: { texts: number; calls: number; names: number; images: number };
  attempts: number;
  /** Names of models, as `provider/model`. */
  models: string[];
  /** The report ends like the request. */
  same: boolean;
  /** The first thing that is not alike. */
  unlike: Unlike | null;
  /** The recorded answer differs from the one that this version of occ gives. */
  outdated: boolean;
}

/** What the report holds. */
export function renderContents(result: ReportResult, style: Style): string[] {
  const { id, at, replaced, attempts, models, bytes } = result;
  const { texts, calls, names, images } = replaced;
  return [
    `${style.bold(id)} of ${moment(at)}: ${count(attempts, 'attempt')}, ${count(bytes, 'byte')}`,
    `  replaced  ${count(texts, 'text')}, ${count(calls, 'tool call')}, ${count(names, 'tool name')}, ${count(images, 'image')}, all ids`,
    `  kept      ${models.length === 0 ? 'no model' : models.join(', ')}`,
    '            names of fields and of tools of Claude Code, limits and settings, status codes, times, lengths,',
    '            common words and numbers of error messages',
  ];
}

/** Empty if the report ends like the request. */
export function renderWarnings({ unlike, outdated }: ReportResult): string[] {
  return [
    ...(unlike === null
      ? []
      : [
          `the report no longer fails the same way: ${placeOf(unlike)} was ${unlike.before}, and is ${unlike.after}`,
        ]),
    ...(outdated
      ? ['this version of occ gives another answer than the recorded one; the report holds the one of today']
      : []),
  ];
}

function placeOf({ what, number }: Unlike): string {
  return number === undefined
    ? `the ${what === 'attempts' ? 'number of attempts' : what}`
    : `${what} ${number}`;
}
