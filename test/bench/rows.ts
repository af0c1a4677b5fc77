/** Makes the rows of a report from the figures of the rounds. */
import type { RowPlan, Target } from './part.ts';
import type { Samples } from './rounds.ts';
import { spread, type Spread } from './statistics.ts';

export interface Row {
  part: string;
  figure: string;
  label: string;
  unit: string;
  subject: string;
  value: Spread;
  /** What the subject was compared with, and its figure. */
  floor?: { name: string; value: Spread; ratio: Spread; difference: Spread };
  more?: boolean;
  target?: Target;
  reached?: boolean;
}

/** One row per plan and subject. */
export function toRows(
  part: string,
  plans: readonly RowPlan[],
  samples: Samples,
  subjects: readonly string[],
): Row[] {
  return plans.flatMap((plan) => subjects.map((subject) => toRow(part, plan, samples, subject)));
}

/** The row of one subject. Ratios and differences are made within each round, which both sides met together. */
export function toRow(part: string, plan: RowPlan, samples: Samples, subject: string): Row {
  const { figure, label, unit, target } = plan;
  const figures = (contender: string, name: string): number[] =>
    (samples.get(contender) ?? []).map((round, i) => {
      const base = plan.minus === undefined ? 0 : samples.get(plan.minus)?.[i]?.[name];
      return (round[name] ?? NaN) - (base ?? NaN);
    });
  const mine = figures(subject, figure);
  const row: Row = { part, figure, label, unit, subject, value: spread(mine) };
  if (plan.floor !== undefined) {
    const theirs = figures(plan.floor, plan.floorFigure ?? figure);
    const pairs = mine.map((value, i) => [value, theirs[i] ?? NaN] as const);
    row.floor = {
      name: plan.floor,
      value: spread(theirs),
      ratio: spread(pairs.map(([value, floor]) => value / floor)),
      difference: spread(pairs.map(([value, floor]) => value - floor)),
    };
  }
  if (plan.more !== undefined) row.more = plan.more;
  if (target) Object.assign(row, { target, reached: isReached(row, target) });
  return row;
}

/** The spread that the target is about. */
export function compared(row: Row, { of }: Target): Spread | undefined {
  return of === 'value' ? row.value : of === 'ratio' ? row.floor?.ratio : row.floor?.difference;
}

function isReached(row: Row, target: Target): boolean {
  const median = compared(row, target)?.median ?? NaN;
  const { atMost, atLeast } = target;
  return (atMost === undefined || median <= atMost) && (atLeast === undefined || median >= atLeast);
}
