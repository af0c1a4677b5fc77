/**
 * What budgets do to a request, by the part of a budget that is used before it. Pure.
 *
 *   from  80 %   a warning, once a period
 *   from  90 %   background work goes to the cheapest configured model that can take it (`saving.ts`)
 *   from 100 %   models that cost money are passed over; with a budget in tokens, all models are
 *
 * A request that has begun is finished, so a budget may be exceeded by what was in progress.
 */
import { isFree } from '../../catalog/price.ts';
import type { BudgetAmount } from '../../budget-amount.ts';
import type { Changeable } from '../rejections/changeable.ts';
import { formatDuration } from './quota.ts';

export const budgetStages = { warn: 0.8, save: 0.9, spent: 1 } as const;
export type BudgetStage = keyof typeof budgetStages;

export interface Budget extends BudgetAmount {
  period: 'day' | 'month';
}

/** A budget and what was used of it in its period. */
export interface BudgetUse extends Budget {
  used: number;
  /** Milliseconds until its period ends. */
  resetsInMs: number;
}

type Share = Pick<BudgetUse, 'used' | 'amount'>;

/** Sums of dollars are not exact in binary: eight cents of ten are 80 %. */
function shareOf({ used, amount }: Share): number {
  return Number((used / amount).toFixed(9));
}

/** Undefined below the first stage. */
export function stageOf(budget: Share): BudgetStage | undefined {
  const share = shareOf(budget);
  if (share >= budgetStages.spent) return 'spent';
  if (share >= budgetStages.save) return 'save';
  return share >= budgetStages.warn ? 'warn' : undefined;
}

/** The budgets of which less is left than a stage allows, the fullest first. */
export function atLeast(budgets: readonly BudgetUse[], stage: BudgetStage): BudgetUse[] {
  return budgets
    .filter((budget) => shareOf(budget) >= budgetStages[stage])
    .toSorted((a, b) => shareOf(b) - shareOf(a));
}

/** The spent budget that forbids a model, if one does. */
export function forbiddenBy(
  { entry, provider }: Pick<Changeable, 'entry' | 'provider'>,
  budgets: readonly BudgetUse[],
): BudgetUse | undefined {
  return atLeast(budgets, 'spent').find(({ unit }) => unit === 'tokens' || !isFree(entry, provider));
}

/** `$4.10 of $5 a day (82 %)`. */
export function describeUse(budget: BudgetUse): string {
  const { used, amount, period } = budget;
  return `${inUnit(budget, used)} of ${inUnit(budget, amount)} a ${period} (${percentOf(budget)} %)`;
}

/** The used share in whole percent, rounded down: 100 only when the budget is used up. */
export function percentOf(budget: Share): number {
  return Math.floor(Number((shareOf(budget) * 100).toFixed(6)));
}

/** What a launch and the log say when a budget reaches a stage. */
export function budgetSentence(budget: BudgetUse): string {
  const effects: Readonly<Record<BudgetStage, string>> = {
    warn: '',
    save: '; background work goes to the cheapest model',
    spent: `; ${budget.unit === 'tokens' ? 'no model answers' : 'models that cost money do not answer'} until it begins again`,
  };
  const stage = stageOf(budget);
  return `budget: ${describeUse(budget)}${stage === undefined ? '' : effects[stage]}`;
}

/** What the client reads when no model may answer. */
export function describeSpent(budget: BudgetUse): string {
  return `the budget is used up: ${describeUse(budget)}. It begins again in ${formatDuration(budget.resetsInMs)}`;
}

/** The command that raises a budget to twice its amount. */
export function raiseCommand({ period, unit, amount }: Budget): string {
  const more = amount * 2;
  return unit === 'dollars'
    ? `occ config set budget.${period} ${Number(more.toFixed(2))}`
    : `occ config set budget.${period} "${short(more)} tokens"`;
}

function inUnit({ unit }: Budget, amount: number): string {
  if (unit === 'tokens') return `${short(amount)} tokens`;
  return `$${Number.isInteger(amount) ? amount : amount.toFixed(amount < 0.1 ? 4 : 2)}`;
}

/** `5M`, `4.1M`, `12.5k`. */
function short(tokens: number): string {
  for (const [size, letter] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (tokens >= size) return `${Number((tokens / size).toFixed(2))}${letter}`;
  return String(Math.round(tokens));
}
