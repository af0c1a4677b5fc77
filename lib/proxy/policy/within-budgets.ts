/** What a spent budget leaves of a plan. Pure. */
import { atLeast, describeUse, forbiddenBy, type BudgetUse } from './budget.ts';
import { nameOf, type Candidate, type PassedOver, type Plan } from './plan.ts';

/** Passes over the models that a spent budget forbids. */
export function withinBudgets(
  { candidates, passedOver }: Pick<Plan, 'candidates' | 'passedOver'>,
  budgets: readonly BudgetUse[],
): Pick<Plan, 'candidates' | 'passedOver' | 'spent'> {
  if (atLeast(budgets, 'spent').length === 0) return { candidates, passedOver };
  const allowed: Candidate[] = [];
  const forbidden: PassedOver[] = [];
  let spent: BudgetUse | undefined;
  for (const candidate of candidates) {
    const budget = forbiddenBy(candidate, budgets);
    if (budget === undefined) allowed.push(candidate);
    else {
      spent ??= budget;
      forbidden.push({
        model: nameOf(candidate),
        reason: `the budget is used up: ${describeUse(budget)}`,
        cause: 'budget',
      });
    }
  }
  return { candidates: allowed, passedOver: [...forbidden, ...passedOver], ...(spent && { spent }) };
}
