/** The report as text. */
import type { Row, Spent } from './attack.ts';

const marks = { refused: '✔', bounded: '✔', open: '✖' } as const;

/** A row and, below it, what the same cost the bare proxy. */
export function renderRow(row: Row): string {
  const { name, end, says, spent, bare, skipped } = row;
  if (skipped !== undefined) return `– ${name}: skipped, ${skipped}`;
  const lines = [`${marks[end]} ${name}`, `    occ   ${end}: ${says}${figures(spent)}`];
  if (bare !== undefined && bare.says !== '') lines.push(`    bare  ${bare.says}${figures(bare.spent)}`);
  return lines.join('\n');
}

function figures(spent: Spent | undefined): string {
  if (spent === undefined) return '';
  const { ms, cpuMs, memoryMb, sockets } = spent;
  const parts = [
    `${(ms / 1000).toFixed(1)} s`,
    ...(cpuMs === undefined ? [] : [`${(cpuMs / 1000).toFixed(1)} s CPU`]),
    ...(memoryMb === undefined ? [] : [`+${Math.round(memoryMb)} MB`]),
    ...(sockets === undefined || sockets === 0 ? [] : [`${sockets} sockets`]),
  ];
  return ` (${parts.join(', ')})`;
}

/** The last line. */
export function renderSum(rows: readonly Row[]): string {
  const count = (end: Row['end']): number =>
    rows.filter((row) => row.skipped === undefined && row.end === end).length;
  const skipped = rows.filter((row) => row.skipped !== undefined).length;
  return `${rows.length - skipped} attacks: ${count('refused')} refused, ${count('bounded')} bounded, ${count('open')} open${skipped > 0 ? `; ${skipped} skipped` : ''}`;
}
