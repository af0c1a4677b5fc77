/** Renders what `occ config init` says after it has written the file. */
import type { Problem } from '../../../config/settings.ts';
import { wrap } from '../../../terminal/wrap.ts';
import { renderProblemLine } from '../call.ts';
import type { Caution } from './cautions.ts';

export interface InitReport {
  backup: string | null;
  /** The file of another tool that was read before. */
  replaces: string | undefined;
  warnings: readonly Problem[];
  cautions: readonly Caution[];
  /** Commands. */
  next: readonly string[];
  /** Columns; undefined for a pipe. */
  width: number | undefined;
}

export interface ReportLine {
  text: string;
  warning: boolean;
}

/** Commands are never wrapped, so that they can be copied. */
export function renderReport(report: InitReport): ReportLine[] {
  const { backup, replaces, warnings, cautions, next, width } = report;
  const say = (text: string, warning = false): ReportLine[] =>
    (width === undefined ? [`occ: ${text}`] : wrap(`occ: ${text}`, width - 2)).map((line, index) => ({
      text: index === 0 ? line : `  ${line}`,
      warning,
    }));
  return [
    ...say('written and valid, with a new auth_token for occ start'),
    ...(backup === null ? [] : say(`the previous version, which may contain a key, is ${backup}`)),
    ...(replaces === undefined ? [] : say(`${replaces}, which belongs to another tool, is no longer read`)),
    ...warnings.flatMap((warning) =>
      say(renderProblemLine(warning), true).concat(
        warning.remedy === undefined ? [] : { text: `  ${warning.remedy}`, warning: true },
      ),
    ),
    ...cautions.flatMap(({ message, remedy }) =>
      say(message, true).concat(remedy === null ? [] : { text: `  ${remedy}`, warning: true }),
    ),
    { text: `occ: next: ${next.join('\n           ')}`, warning: false },
  ];
}
