/** Renders the report for the terminal: a line for each finding with its remedy below, then a summary. */
import type { Finding, Level, Side } from '../../doctor/check.ts';
import { countLevel, type Listed, type Report } from '../../doctor/report.ts';
import { count } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { wrap } from '../../terminal/wrap.ts';

const narrowest = 40;
const widest = 100;
const indent = 4;

const sideTexts = {
  client: 'on this machine',
  occ: 'in occ itself',
  provider: 'at the provider',
} as const satisfies Record<Side, string>;

/** Wraps lines at `columns`, except commands and paths, so that they can be copied. */
export function renderReport(report: Report, style: Style, columns = 80): string[] {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const { findings } = report;
  const codeWidth = Math.max(...findings.map(({ code }) => code.length), 0);
  const lines: string[] = [];
  for (const [subject, own] of bySubject(findings)) {
    if (subject !== '') lines.push('', style.bold(subject));
    // The checks that a failure prevented share one line, so that the failure stands out.
    const shown = own.filter((finding) => missingNeed(finding) === undefined);
    lines.push(...shown.flatMap((finding) => renderFinding(finding, codeWidth, style, width)));
    lines.push(...renderPrevented(own, style, width));
  }
  return [...lines, '', summaryOf(report, style)];
}

function bySubject(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { subject = '' } = finding;
    groups.set(subject, [...(groups.get(subject) ?? []), finding]);
  }
  return groups;
}

/** The check that was needed and did not succeed, if the finding was skipped for that. */
function missingNeed({ skipped }: Finding): string | undefined {
  return skipped?.because === 'need' ? skipped.check : undefined;
}

function renderPrevented(findings: readonly Finding[], style: Style, width: number): string[] {
  const needs = new Set(findings.flatMap((finding) => missingNeed(finding) ?? []));
  return [...needs].flatMap((need) => {
    const codes = findings.filter((finding) => missingNeed(finding) === need).map(({ code }) => code);
    const [first = '', ...rest] = wrap(`not checked, needs ${need}: ${codes.join(', ')}`, width - 2);
    const head = `${markOf('skipped', style)} ${style.dim(first)}`;
    return [head].concat(rest.map((line) => `  ${style.dim(line)}`));
  });
}

function renderFinding(finding: Finding, codeWidth: number, style: Style, width: number): string[] {
  const { code, level, summary, detail, fault, remedy, evidence } = finding;
  const hang = codeWidth + indent;
  const [first = '', ...rest] = wrap(summary, width - hang);
  const head = `${markOf(level, style)} ${code.padEnd(codeWidth)}  `;
  const dim = (text: string): string => (level === 'skipped' ? style.dim(text) : text);
  const pad = ' '.repeat(hang);
  const below = (text: string): string[] =>
    wrap(text, width - indent).map((line) => ' '.repeat(indent) + line);
  return [
    head + dim(first),
    ...rest.map((line) => pad + dim(line)),
    ...(detail?.split('\n').flatMap(below) ?? []),
    ...(level === 'fail' && fault !== undefined ? below(`The fault is ${sideTexts[fault]}.`) : []),
    ...(remedy && remedy.text !== '' ? below(capitalized(remedy.text)) : []),
    ...(remedy?.commands.map((command) => ' '.repeat(indent * 2) + style.bold(command)) ?? []),
    ...(evidence === undefined ? [] : [`${' '.repeat(indent)}evidence: ${evidence}`]),
  ];
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

function summaryOf(report: Report, style: Style): string {
  const [problems, warnings, skipped] = [
    countLevel(report, 'fail'),
    countLevel(report, 'warn'),
    countLevel(report, 'skipped'),
  ];
  const rest = [
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(skipped > 0 ? [`${skipped} not checked`] : []),
  ];
  if (problems > 0) return style.bad([count(problems, 'problem'), ...rest].join(', '));
  return style.good(['No problem found', ...rest].join(', '));
}

/** The table of `--list`. */
export function renderList(listed: readonly Listed[], columns = widest): string[] {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const codeWidth = Math.max(...listed.map(({ code }) => code.length));
  return listed.flatMap(({ code, title, kinds, long }) => {
    const where = `${kinds.join(', ')}${long ? '; long' : ''}`;
    const [first = '', ...rest] = wrap(`${title} (${where})`, width - codeWidth - 2);
    return [`${code.padEnd(codeWidth)}  ${first}`, ...rest.map((line) => ' '.repeat(codeWidth + 2) + line)];
  });
}

/** A text that begins with a command stays as it is. */
function capitalized(text: string): string {
  return /^occ\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
