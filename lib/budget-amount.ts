/** The amount of a budget as people write it: 5, "$5" and "5 dollars" are US dollars; "5M tokens" are tokens. Pure. */

export interface BudgetAmount {
  unit: 'dollars' | 'tokens';
  /** Above 0. */
  amount: number;
}

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 };

/** Undefined for `off`, and for what is no amount. */
export function readBudgetAmount(given: number | string): BudgetAmount | undefined {
  if (typeof given === 'number')
    return given > 0 && Number.isFinite(given) ? { unit: 'dollars', amount: given } : undefined;
  const tokens = /^(\d+(?:\.\d+)?)\s*([kmb]?)\s*tokens?$/i.exec(given.trim());
  if (tokens) return positive('tokens', Number(tokens[1]) * (factors[(tokens[2] ?? '').toLowerCase()] ?? 1));
  const dollars = /^\$\s*(\d+(?:\.\d+)?)$|^(\d+(?:\.\d+)?)\s*(?:dollars?|usd)?$/i.exec(given.trim());
  return dollars ? positive('dollars', Number(dollars[1] ?? dollars[2])) : undefined;
}

function positive(unit: BudgetAmount['unit'], amount: number): BudgetAmount | undefined {
  return amount > 0 && Number.isFinite(amount) ? { unit, amount } : undefined;
}

/** Whether the configuration accepts the string. */
export function isBudgetAmount(given: string): boolean {
  return given.trim().toLowerCase() === 'off' || readBudgetAmount(given) !== undefined;
}
