/** Renders a budget for `occ status`, `usage` and `route`. */
import { toNumber, toText, type JsonObject } from '../../json.ts';
import { describeUse, type BudgetUse } from '../../proxy/policy/budget.ts';
import { moment } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

/** `$4.10 of $5 a day (82 %), resets 00:00`, from the form of `--json`. */
export function budgetText(budget: JsonObject, style: Style): string {
  const use: BudgetUse = {
    period: budget['period'] === 'month' ? 'month' : 'day',
    unit: budget['unit'] === 'tokens' ? 'tokens' : 'dollars',
    amount: toNumber(budget['amount']) ?? 1,
    used: toNumber(budget['used']) ?? 0,
    resetsInMs: 0,
  };
  const reset = moment(toText(budget['resets_at']));
  const text = `${describeUse(use)}${reset === '' ? '' : `, resets ${reset}`}`;
  const stage = budget['stage'];
  if (stage === 'spent') return style.bad(text);
  return stage === 'warn' || stage === 'save' ? style.warning(text) : text;
}
