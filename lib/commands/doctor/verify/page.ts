/** Renders what `occ doctor verify` found. */
import type { Change } from '../../../doctor/verify/history.ts';
import type { Judged, VerdictLevel } from '../../../doctor/verify/verdict.ts';
import { count, moment } from '../../../terminal/figures.ts';
import type { Style } from '../../../terminal/style.ts';
import { wrap } from '../../../terminal/wrap.ts';

/** One model, as `--json` prints it. */
export interface ModelResult {
  model: string;
  format: string;
  /** 0 to 100; null if nothing could be judged. */
  score: number | null;
  /** The score of the emulator's obedient model in the same format; null if the run was interrupted. */
  control: number | null;
  /** Requests that the provider received. */
  requests: number;
  /** Why not every question was asked; null if all were. */
  ended: 'budget' | 'interrupted' | 'no_answers' | null;
  verdicts: readonly Judged[];
  /** The last run before this one; null without one. */
  since: { at: string; score: number; changed: readonly Change[] } | null;
  /** The file with what was sent, if there is a lie. */
  evidence: string | null;
}

/** Columns of a pipe. */
const unknownWidth = 80;
const widest = 100;
const narrowest = 40;

const order: readonly VerdictLevel[] = ['lie', 'doubt', 'honest', 'info', 'unknown'];

const words: Readonly<Record<VerdictLevel, string>> = {
  honest: 'honest',
  doubt: 'in doubt',
  lie: 'a lie',
  unknown: 'not judged',
  info: 'known',
};

const sides = { client: 'this machine', occ: 'occ itself', provider: 'the provider' } as const;

const endings: Readonly<Record<NonNullable<ModelResult['ended']>, string>> = {
  budget: 'The budget was reached before every question was asked.',
  interrupted: 'It was interrupted before every question was asked.',
  no_answers: 'The first questions had no answer, so the rest was not asked.',
};

export function renderModel(result: ModelResult, style: Style, columns = unknownWidth): string[] {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const { model, format, score, control, requests, ended, verdicts, since, evidence } = result;
  const sorted = order.flatMap((level) => verdicts.filter((verdict) => verdict.level === level));
  const titleWidth = Math.max(...verdicts.map(({ title }) => title.length));
  const compared = control === null ? '' : `; the emulator has ${control}`;
  const rated = score === null ? 'not rated' : `${score} of 100${compared}`;
  return [
    style.bold(`${model} (${format}): ${rated}`),
    ...sorted.flatMap((verdict) => renderVerdict(verdict, titleWidth, width, style)),
    ...(ended === null ? [] : wrap(endings[ended], width)),
    ...(since === null ? [] : wrap(renderSince(since, score, verdicts), width)),
    `${count(requests, 'request')} sent`,
    ...(evidence === null ? [] : [`Evidence: ${evidence}`]),
  ];
}

function renderVerdict(verdict: Judged, titleWidth: number, width: number, style: Style): string[] {
  const { level, title, summary, fault = 'provider' } = verdict;
  const blamed = level === 'lie' || level === 'doubt' ? `${summary} (${sides[fault]})` : summary;
  const narrow = width < titleWidth * 2;
  const hang = narrow ? 4 : titleWidth + 4;
  const [first = '', ...rest] = wrap(narrow ? `${title}: ${blamed}` : blamed, width - hang);
  const head = narrow ? '' : `${title.padEnd(titleWidth)}  `;
  return [`${markOf(level, style)} ${head}${first}`, ...rest.map((line) => ' '.repeat(hang) + line)];
}

function markOf(level: VerdictLevel, style: Style): string {
  switch (level) {
    case 'honest':
      return style.good('✓');
    case 'doubt':
      return style.warning('!');
    case 'lie':
      return style.bad('✗');
    case 'info':
      return style.dim('i');
    case 'unknown':
      return style.dim('-');
  }
}

function renderSince(
  { at, score: before, changed }: NonNullable<ModelResult['since']>,
  score: number | null,
  verdicts: readonly Judged[],
): string {
  const title = (code: string): string => verdicts.find((verdict) => verdict.code === code)?.title ?? code;
  const list = changed.map(
    (change) => `${title(change.code)} (${words[change.before]}, now ${words[change.now]})`,
  );
  const scores = score === before ? `the score was ${before}, too` : `the score was ${before}`;
  return `Since ${moment(at)}: ${scores}; ${list.length === 0 ? 'nothing has changed' : `changed: ${list.join(', ')}`}.`;
}

/** The last line: how many lies there are. */
export function renderTotal(results: readonly ModelResult[], interrupted: boolean, style: Style): string[] {
  const of = (level: VerdictLevel): number =>
    results.reduce((sum, { verdicts }) => sum + verdicts.filter((one) => one.level === level).length, 0);
  const [lies, doubts] = [of('lie'), of('doubt')];
  const found = lies > 0 ? `${count(lies, 'lie')} found` : 'No lie found';
  const text = doubts > 0 ? `${found}, ${count(doubts, 'doubt')}` : found;
  if (results.every(({ score }) => score === null))
    return [
      style.warning(interrupted ? 'Interrupted' : 'Nothing could be judged: no question had an answer'),
    ];
  if (interrupted) return [style.warning(`Interrupted: ${text}`)];
  return [lies > 0 ? style.bad(text) : doubts > 0 ? style.warning(text) : style.good(text)];
}
