/**
 * Where background work goes when a budget is nearly used up, or a share of a plan is used (`save_quota_at`). Pure. It goes to
 * the cheapest configured model that can take it: those that cost no money first, then by list price. To spare a plan, it goes
 * to no model that costs money, and only to one that is cheaper than its usual model.
 */
import { isFree, listPriceOf } from '../../catalog/price.ts';
import type { KnownQuota } from '../../catalog/quota.ts';
import type { ModelEntry, Provider, Settings } from '../../config/settings.ts';
import { readShare } from '../../quota-share.ts';
import { atLeast, describeUse, type BudgetUse } from './budget.ts';
import { describeQuotaUse, quotaUseOf, type QuotaUse } from './quota-use.ts';

export interface Saving {
  entry: ModelEntry;
  /** Why it is saved, in words. */
  reason: string;
  /** What is used of the plan that is spared; absent if a budget is the reason. */
  use?: QuotaUse;
}

export interface SavingFacts {
  budgets?: readonly BudgetUse[] | undefined;
  quotas?: readonly KnownQuota[] | undefined;
  /** In milliseconds. */
  now: number;
}

interface Priced {
  entry: ModelEntry;
  provider: Provider;
  free: boolean;
  price: number;
}

/** Every model of the configuration whose price is known, the cheapest first: a million tokens in and a million out. */
function byPrice({ models, fallbacks, providers }: Settings): Priced[] {
  const entries = [...Object.values(models), ...Object.values(fallbacks).flat()];
  const priced = entries.flatMap((entry) => {
    const provider = Object.hasOwn(providers, entry.provider) ? providers[entry.provider] : undefined;
    const price = provider && listPriceOf(entry, provider);
    return provider === undefined || price === undefined
      ? []
      : [{ entry, provider, free: isFree(entry, provider), price }];
  });
  return priced.toSorted((a, b) => Number(b.free) - Number(a.free) || a.price - b.price);
}

/** The model for background work in place of `usual`; undefined if nothing is to be saved. */
export function savingFor(
  usual: ModelEntry | undefined,
  settings: Settings,
  { budgets = [], quotas = [], now }: SavingFacts,
  isAble: (entry: ModelEntry) => boolean,
): Saving | undefined {
  const [budget] = atLeast(budgets, 'save');
  if (budget !== undefined) {
    const entry = byPrice(settings).find((one) => isAble(one.entry))?.entry;
    if (entry !== undefined) return { entry, reason: `the budget: ${describeUse(budget)}` };
  }
  if (usual === undefined) return undefined;
  const use = sparedPlan(usual, settings, quotas, now);
  if (use === undefined) return undefined;
  const found = cheaperThan(usual, settings, quotas, now).find((one) => isAble(one.entry));
  return found && { entry: found.entry, reason: `${describeQuotaUse(use)} is used`, use };
}

/** What is used of the plan of a model, if that is at least the share of `save_quota_at`. */
export function sparedPlan(
  { provider: name, model_id }: ModelEntry,
  { providers, saveQuotaAt }: Pick<Settings, 'providers' | 'saveQuotaAt'>,
  quotas: readonly KnownQuota[],
  now: number,
): QuotaUse | undefined {
  const share = readShare(saveQuotaAt);
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (share === undefined || provider === undefined) return undefined;
  const use = quotaUseOf(provider, model_id, quotas, now);
  return use !== undefined && use.percent >= share ? use : undefined;
}

/** The models that cost no money and less of a plan than `usual`, the cheapest first. */
function cheaperThan(
  usual: ModelEntry,
  settings: Settings,
  quotas: readonly KnownQuota[],
  now: number,
): Priced[] {
  const provider = settings.providers[usual.provider];
  const price = (provider && listPriceOf(usual, provider)) ?? Infinity;
  return byPrice(settings).filter((one) => {
    if (!one.free || one.price >= price) return false;
    const { provider: from, entry } = one;
    // A cheaper model of the same plan is welcome, but not one whose own allowance is used as far, or whose plan is spent.
    const ownUse = quotas.map((quota) => ({ ...quota, windows: [] }));
    if (sparedPlan(entry, settings, ownUse, now) !== undefined) return false;
    return quotaUseOf(from, entry.model_id, quotas, now)?.spent !== true;
  });
}
