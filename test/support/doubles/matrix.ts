/** The matrix: captured requests and conversations × doubles. A cell is computed alone, and the table is plain Markdown. */
import { capturedRequests } from '../requests.ts';
import { anthropic } from './anthropic.ts';
import { judge, type Verdict } from './cell.ts';
import { conversations, type Conversation } from './conversations.ts';
import type { Double } from './double.ts';
import { gemini } from './gemini.ts';
import { kimi } from './kimi.ts';
import { modelNamed, proxyOverDoubles } from './proxy.ts';
import { talk } from './talk.ts';

export interface Row {
  name: string;
  judge(double: Double): Promise<Verdict>;
}

export const rows: readonly Row[] = [
  ...capturedRequests()
    .filter(({ kind }) => !/count-tokens/.test(kind))
    .map(({ kind, body }) => ({
      name: kind,
      async judge(double: Double) {
        await using over = await proxyOverDoubles([double]);
        return (await judge(over, double, { ...body, model: modelNamed(double) })).verdict;
      },
    })),
  ...conversations.map((conversation) => ({
    name: conversation.name,
    judge: (double: Double) => talk(conversation, double, otherThan(double, conversation)),
  })),
];

function otherThan(double: Double, { other = 'thinking' }: Conversation): Double {
  const wanted = { signing: gemini, thinking: anthropic, loose: kimi }[other];
  return wanted.name === double.name ? { signing: kimi, thinking: gemini, loose: gemini }[other] : wanted;
}

/** Refusals that no changed request avoids without a loss, by the name of their rule. */
const unavoidable = new Set(['at most 128 tools']);

/** `·`, the number of refusals before the answer, or a word. */
export function mark({ kind, refusals, why = '' }: Verdict): string {
  if (kind === 'refused' && [...unavoidable].some((rule) => why.includes(rule))) return 'limit';
  if (kind !== 'ok') return kind;
  return refusals === 0 ? '·' : String(refusals);
}

/** Whether a mark is as good as the one in the table, or better. */
export function isAsGood(found: string, written: string): boolean {
  return rank(found) <= rank(written);
}

/** Whether the contract is kept: an answer after at most two refusals, or the truth about a limit. */
export function isGood(found: string): boolean {
  return rank(found) <= 2;
}

function rank(written: string): number {
  if (written === '·' || written === 'full' || written === 'limit') return 0;
  return /^\d+$/.test(written) ? Number(written) : 9;
}

export interface Cell {
  row: string;
  double: string;
  mark: string;
  why: string;
}

export function tableOf(cells: readonly Cell[], doubles: readonly string[]): string {
  const names = [...new Set(cells.map(({ row }) => row))];
  const found = (row: string, double: string): string =>
    cells.find((cell) => cell.row === row && cell.double === double)?.mark ?? '';
  const bad = cells.filter(({ mark }) => !isGood(mark));
  const reasons = new Map<string, Cell[]>();
  for (const cell of bad) {
    const reason = `${cell.double}: ${cell.mark}: ${cell.why.replace(/^turn \d: /, '')}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), cell]);
  }
  return [
    ...aligned([
      ['', ...doubles],
      ...names.map((row) => [row].concat(doubles.map((double) => found(row, double)))),
    ]),
    '',
    `${cells.length - bad.length} of ${cells.length} cells are good.`,
    '',
    ...[...reasons].map(
      ([reason, those]) =>
        `- ${reason} (${those.length}: ${those
          .slice(0, 3)
          .map(({ row }) => row)
          .join(', ')})`,
    ),
    '',
  ].join('\n');
}

/** The lines of a table as the formatter writes it. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]?.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  const [head = '', ...body] = lines.map(
    (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body];
}

/** The marks of a written table, by row and double. */
export function readTable(text: string): (row: string, double: string) => string | undefined {
  const [head = [], , ...body] = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return (row, double) => body.find(([name]) => name === row)?.[head.indexOf(double)];
}
