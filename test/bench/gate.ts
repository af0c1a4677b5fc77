/**
 * The check of a change: figures of CPU time, as ratios to floors of the same run, must stay below the limits in the
 * rows of the parts (`gate`). The limits are about one and a half times what was measured when they were set, since noise moves
 * a floor as it moves occ. Lower them when occ has become faster.
 */
import type { Part, RowPlan } from './part.ts';
import { parts } from './parts.ts';
import type { Progress } from './progress.ts';
import { runRounds } from './rounds.ts';
import { toRow, type Row } from './rows.ts';
import { figure } from './table.ts';
import type { World } from './world.ts';

const rounds = 3;

type Gated = RowPlan & { gate: number };

export interface Verdict {
  row: Row;
  limit: number;
  passed: boolean;
}

/** Measures every row with a limit. A part that fails is measured once more, and must fail twice. */
export async function runGate(world: World, subject: string, progress: Progress): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const part of parts.map(onlyGated)) {
    if (part.rows.length === 0) continue;
    let found = await measure(part, world, subject, progress);
    if (found.some(({ passed }) => !passed)) found = await measure(part, world, subject, progress);
    verdicts.push(...found);
  }
  return verdicts;
}

interface GatedPart extends Part {
  rows: readonly Gated[];
}

/** The part without the rows and floors that the gate does not need. */
function onlyGated(part: Part): GatedPart {
  const rows = part.rows.filter((row): row is Gated => row.gate !== undefined);
  const floors = part.floors.filter((name) =>
    rows.some(({ floor, minus }) => floor === name || minus === name),
  );
  return { ...part, rows, floors };
}

async function measure(
  part: GatedPart,
  world: World,
  subject: string,
  progress: Progress,
): Promise<Verdict[]> {
  const samples = await runRounds(part, world, rounds, 'short', progress);
  return part.rows.map((plan) => judge(toRow(part.name, plan, samples, subject), plan.gate));
}

/** A ratio that could not be measured, such as CPU time of short programs outside Linux, passes. */
export function judge(row: Row, limit: number): Verdict {
  const median = row.floor?.ratio.median ?? NaN;
  return { row, limit, passed: !(median > limit) };
}

export function renderVerdict({ row, limit, passed }: Verdict): string {
  const { part, label, floor } = row;
  const name = `${part}: ${label}`;
  return `${passed ? '✔' : '✖'} ${name.padEnd(38)} ${figure(floor?.ratio.median ?? NaN).padStart(6)} × ${(floor?.name ?? '').padEnd(6)} limit ${figure(limit)} ×`;
}
