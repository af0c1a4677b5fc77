/** How much of the budgets is used, for commands that run no proxy. */
import { findPlaces } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { openBudgets } from '../../ledger/budgets.ts';
import { ledgerDir } from '../../ledger/ledger.ts';
import type { BudgetUse } from '../../proxy/policy/budget.ts';
import type { System } from '../../terminal/command-context.ts';

/** Empty if no budget is set. */
export function usedBudgets(budget: Settings['budget'], { env, home }: System): Promise<BudgetUse[]> {
  const { stateDir, cacheDir } = findPlaces({ env, home });
  return openBudgets({ dir: ledgerDir(stateDir), cacheDir, by: '' }).use(budget);
}
