/** Watches the budgets of a proxy, and says once a period when one reaches a stage. */
import type { Settings } from '../config/settings.ts';
import type { Budgets } from '../ledger/budgets.ts';
import type { Log } from '../log/log.ts';
import { percentOf, stageOf, type BudgetStage, type BudgetUse } from '../proxy/policy/budget.ts';
import type { EndedRequest } from '../proxy/recent.ts';

export interface BudgetWatch {
  /** How much is used before a request. Never rejects. */
  use: (settings: Settings) => Promise<readonly BudgetUse[]>;
  /** Counts a request of this proxy. */
  ended: (record: EndedRequest, settings: Settings) => void;
  /** The latest result; empty while no budget is set. */
  latest: () => readonly BudgetUse[];
}

export interface BudgetWatchOptions {
  budgets: Budgets;
  log: Log;
  onStage?: ((budget: BudgetUse) => void) | undefined;
  now?: () => number;
}

const order: readonly BudgetStage[] = ['warn', 'save', 'spent'];

export function budgetWatch({ budgets, log, onStage, now = Date.now }: BudgetWatchOptions): BudgetWatch {
  let latest: readonly BudgetUse[] = [];
  /** The stages that were reported, by budget and the end of its period. */
  const said = new Map<string, number>();

  async function use({ budget }: Settings): Promise<readonly BudgetUse[]> {
    latest = await budgets.use(budget);
    for (const one of latest) say(one);
    return latest;
  }

  function say(budget: BudgetUse): void {
    const stage = stageOf(budget);
    if (stage === undefined) return;
    const { period, unit, amount, used, resetsInMs } = budget;
    // To the minute, since the end of the period is reckoned from two readings of the clock.
    const ends = Math.round((now() + resetsInMs) / 60_000);
    const key = `${period} ${unit} ${amount} ${ends}`;
    const level = order.indexOf(stage);
    if ((said.get(key) ?? -1) >= level) return;
    said.set(key, level);
    log({ level: 'warn', event: 'budget', period, unit, amount, used, percent: percentOf(budget), stage });
    onStage?.(budget);
  }

  return {
    use,
    ended(record, settings) {
      budgets.add(record);
      // The warning follows the request that made it due, and does not wait for the next one.
      if (record.attempts.length > 0 && latest.length > 0) void use(settings);
    },
    latest: () => latest,
  };
}
