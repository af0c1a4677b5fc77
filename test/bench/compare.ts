/** Two commits, or checkouts, measured by turns: `npm run bench:compare -- A B [PART…]`. */
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { requireBuiltIn } from '../support/built.ts';
import { checkOut } from './checkout.ts';
import { writeReport } from './json.ts';
import { readComparison, type Comparison } from './options.ts';
import type { Part, RowPlan } from './part.ts';
import { clearProgress, onTerminal } from './progress.ts';
import { runRounds } from './rounds.ts';
import { toRow, type Row } from './rows.ts';
import { renderComparison, renderComparisonHead, renderLoad } from './table.ts';
import { World } from './world.ts';

const here = fileURLToPath(new URL('../..', import.meta.url));

async function main({ before, after, parts, rounds, json }: Comparison): Promise<void> {
  const subjects = [
    { ...checkOut(before, here), name: 'before' },
    { ...checkOut(after, here), name: 'after' },
  ];
  for (const { root } of subjects) requireBuiltIn(root);
  const world = await World.start(subjects);
  const all: Row[] = [];
  const loads = [loadavg()[0] ?? 0];
  console.log(renderComparisonHead(before, after));
  for (const part of parts.map(withoutFloors)) {
    const samples = await runRounds(part, world, rounds ?? part.rounds, 'full', onTerminal);
    clearProgress();
    const rows = part.rows.map((plan) => toRow(part.name, plan, samples, 'after'));
    all.push(...rows);
    loads.push(loadavg()[0] ?? 0);
    console.log(`\n${renderComparison(part.title, rows)}`);
  }
  console.log(`\n${renderLoad(loads)}`);
  writeReport(json, loads, all);
}

/** The part with the first subject in the place of the floors, but for what is subtracted from both sides. */
function withoutFloors(part: Part): Part {
  const kept = part.rows.flatMap(({ minus }) => minus ?? []);
  const rows = part.rows.map(({ figure, label, unit, minus, more }): RowPlan => ({
    figure,
    label,
    unit,
    floor: 'before',
    ...(minus !== undefined && { minus }),
    ...(more !== undefined && { more }),
  }));
  const once = rows.filter((row, i) => rows.findIndex(({ figure }) => figure === row.figure) === i);
  return { ...part, rows: once, floors: part.floors.filter((name) => kept.some((minus) => minus === name)) };
}

try {
  await main(readComparison(process.argv.slice(2)));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
