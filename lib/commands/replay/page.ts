/** Renders `occ replay`. */
import type { Difference } from '../../captures/difference.ts';
import { count, moment } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { wrap } from '../../terminal/wrap.ts';

interface Side {
  /** Null if no response was sent. */
  status: number | null;
  events: number;
  attempts: number;
}

export interface ReplayResult {
  id: string;
  at: string;
  /** The version of occ that recorded it. */
  occ: string;
  kind: 'capture' | 'report';
  /** The model that was asked; null for a replay offline. */
  against: string | null;
  /** Why that model has not answered, which may quote its provider; null if it has. */
  failure: string | null;
  ending: string;
  /** Pieces that were not kept. */
  dropped: number;
  recorded: Side;
  today: Side;
  /** Null if both are alike. */
  difference: Difference | null;
}

/** Characters of an event that are shown where the width is not known. */
const usualWidth = 200;

export function renderReplay(result: ReplayResult, style: Style, columns?: number): string[] {
  const { id, at, occ, against, failure, dropped, recorded, today, difference } = result;
  const now = against ?? 'today';
  const wrapped = (text: string): string[] =>
    columns === undefined
      ? [text]
      : wrap(text, columns - 4).map((line, index) => (index === 0 ? line : `  ${line}`));
  const lines = [
    ...wrapped(`${style.bold(id)} of ${moment(at)}, recorded by occ ${occ}: ${describe(recorded)}`),
    ...(dropped > 0 ? [`  only the beginning was kept; ${count(dropped, 'piece')} after it was not`] : []),
  ];
  if (failure !== null)
    return [
      ...lines,
      ...wrapped(`${style.bad('✖')} ${now}: ${describe(today)}`),
      ...failureText(failure, wrapped),
    ];
  if (difference === null)
    return [
      ...lines,
      ...wrapped(
        `${style.good('✔')} ${against === null ? 'today the client would receive' : `${against} has answered`} the same`,
      ),
    ];
  return [
    ...lines,
    ...wrapped(`${against === null ? style.bad('✖') : '•'} ${now}: ${describe(today)}`),
    ...renderDifference(difference, now, style, columns ?? usualWidth),
  ];
}

/** The lines of a failure, each below the mark. */
function failureText(failure: string, wrapped: (text: string) => string[]): string[] {
  return failure.split('\n').flatMap((text) => wrapped(text).map((line) => `  ${line}`));
}

function describe({ status, events, attempts }: Side): string {
  const answered = status === null ? 'nothing was sent' : `status ${status}, ${count(events, 'event')}`;
  return `${count(attempts, 'attempt')}, ${answered}`;
}

/** The first difference, with what precedes it. */
function renderDifference(
  { what, event, header, before, recorded, today }: Difference,
  now: string,
  style: Style,
  columns: number,
): string[] {
  const where =
    what === 'event' ? `event ${event}` : what === 'header' ? `the header ${header}` : 'the status';
  const width = Math.max(now.length, 'recorded'.length);
  const row = (name: string, text: string): string =>
    fitted(`  ${name.padEnd(width)}  ${oneLine(text)}`, columns);
  return [
    `  the first difference is ${where}`,
    ...before.map((text) => style.dim(row('before', text))),
    row('recorded', recorded ?? '(nothing more)'),
    row(now, today ?? '(nothing more)'),
  ];
}

/** The data of an event says its type, too. */
function oneLine(event: string): string {
  return event.replace(/^event: [^\n]*\ndata: /, '').replaceAll('\n', ' ');
}

function fitted(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(1, columns - 1))}…`;
}
