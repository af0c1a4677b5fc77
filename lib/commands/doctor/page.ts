/** Renders findings for people: a line for each with its remedy below, and the summary. */
import type { Finding, Level, Side } from '../../doctor/check.ts';
import type { Report } from '../../doctor/report.ts';
import { count } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { wrap } from '../../terminal/wrap.ts';

/** Columns of a pipe. */
const unknownWidth = 80;
const narrowest = 30;
const widest = 100;
/** Below this, texts do not line up after the longest code, because too little of the line would be left. */
const aligned = 60;
const indent = 4;

const sideTexts = {
  client: 'on this machine',
  occ: 'in occ itself',
  provider: 'at the provider',
} as const satisfies Record<Side, string>;

/** How lines are laid out: colours, columns, and the length of the longest code. */
export interface Layout {
  style: Style;
  width: number;
  codeWidth: number;
}

export function layoutFor(codes: readonly string[], style: Style, columns = unknownWidth): Layout {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const codeWidth = width < aligned ? 0 : Math.max(...codes.map(({ length }) => length), 0);
  return { style, width, codeWidth };
}

/**
 * One finding. Commands and paths are not wrapped, so that they can be copied. `about` names the subject where the heading
 * does not.
 */
export function renderFinding(finding: Finding, layout: Layout, about?: string): string[] {
  const { code, level, summary, detail, fault, remedy, evidence } = finding;
  const { style, width } = layout;
  const below = (text: string): string[] =>
    wrap(text, width - indent).map((line) => ' '.repeat(indent) + line);
  return [
    ...renderLine(level, code, about === undefined ? summary : `${about}: ${summary}`, layout),
    ...(detail?.split('\n').flatMap(below) ?? []),
    ...(level === 'fail' && fault !== undefined ? below(`The fault is ${sideTexts[fault]}.`) : []),
    ...(remedy ? below(`${capitalized(remedy.text)}:`) : []),
    ...(remedy?.commands.map((command) => ' '.repeat(indent * 2) + style.bold(command)) ?? []),
    ...(evidence === undefined ? [] : below(`Evidence: ${evidence}`)),
  ];
}

/** `✓ node    v24.1.0`: the level, the code, and a text that lines up with those of other codes where there is room. */
export function renderLine(
  level: Level,
  code: string,
  text: string,
  { style, width, codeWidth }: Layout,
): string[] {
  const mark = markOf(level, style);
  const paint = (line: string): string => (level === 'skipped' ? style.dim(line) : line);
  if (codeWidth === 0) {
    const [first = '', ...rest] = wrap(`${code}: ${text}`, width - indent);
    return [`${mark} ${paint(first)}`, ...rest.map((line) => ' '.repeat(indent) + paint(line))];
  }
  const hang = codeWidth + indent;
  const [first = '', ...rest] = wrap(text, width - hang);
  return [
    `${mark} ${code.padEnd(codeWidth)}  ${paint(first)}`,
    ...rest.map((line) => ' '.repeat(hang) + paint(line)),
  ];
}

/** A line about several checks or models, without a code. */
export function renderNote(level: Level, text: string, { style, width }: Layout): string[] {
  const paint = (line: string): string => (level === 'skipped' ? style.dim(line) : line);
  const [first = '', ...rest] = wrap(text, width - 2);
  return [`${markOf(level, style)} ${paint(first)}`, ...rest.map((line) => `  ${paint(line)}`)];
}

function markOf(level: Level, style: Style): string {
  switch (level) {
    case 'ok':
      return style.good('✓');
    case 'warn':
      return style.warning('!');
    case 'fail':
      return style.bad('✗');
    case 'skipped':
      return style.dim('-');
  }
}

/** `2 problems, 1 warning, 14 checks passed, 3 not checked`. `why` says why nothing could be checked. */
export function renderSummary(
  { counts, interrupted, checked }: Omit<Report, 'findings'>,
  why: string,
  { style, width }: Layout,
): string[] {
  const { passed, warnings, failed, skipped } = counts;
  const parts = [
    ...(failed > 0 ? [count(failed, 'problem')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(passed > 0 ? [`${count(passed, 'check')} passed`] : []),
    ...(skipped > 0 ? [`${skipped} not checked`] : []),
  ].join(', ');
  const paint = (text: string, colour: Colour): string[] =>
    wrap(text, width).map((line) => style[colour](line));
  if (interrupted) return paint(parts === '' ? 'Interrupted' : `Interrupted: ${parts}`, 'warning');
  if (failed > 0) return paint(parts, 'bad');
  if (!checked) return paint(`Nothing was checked: ${why}`, 'warning');
  if (warnings + skipped === 0) return paint(`No problem found: ${parts}`, 'good');
  return paint(parts, warnings > 0 ? 'warning' : 'good');
}

type Colour = 'good' | 'warning' | 'bad';

/** A text that begins with a command stays as it is. */
function capitalized(text: string): string {
  return /^occ\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
