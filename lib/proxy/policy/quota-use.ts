/**
 * How much of a plan is used, as its usage page last said. Pure. A window counts until its reset, also if no later page was
 * read. Of several keys the one with the most left counts, and all must be known: the next key takes over when one is spent.
 */
import type { KnownQuota, QuotaWindow } from '../../catalog/quota.ts';
import { windowName } from '../../catalog/quota.ts';
import type { Provider } from '../../config/settings.ts';

/** The fullest window that concerns a model. */
export interface QuotaUse {
  provider: string;
  /** The model, if the window is that of its own allowance. */
  model?: string;
  window: string;
  /** 100 if it is spent and the page names no figure. */
  percent: number;
  spent: boolean;
  /** In milliseconds since 1970; absent if the page does not say. */
  resetsAt?: number;
}

/** Undefined if nothing is known to be used. `now` is in milliseconds. */
export function quotaUseOf(
  { name, keys }: Pick<Provider, 'name' | 'keys'>,
  modelId: string,
  quotas: readonly KnownQuota[],
  now: number,
): QuotaUse | undefined {
  const pages = quotas.filter(({ provider }) => provider === name);
  if (pages.length < Math.max(1, keys.length)) return undefined;
  const uses = pages.map((page) => fullest(page, modelId, now));
  return uses.includes(undefined)
    ? undefined
    : uses.flatMap((use) => use ?? []).toSorted((a, b) => a.percent - b.percent)[0];
}

function fullest(
  { provider, windows, models = [] }: KnownQuota,
  modelId: string,
  now: number,
): QuotaUse | undefined {
  const own = models.filter(({ model }) => model === modelId);
  const uses = [
    ...windows.flatMap((window) => useOf(window, now)),
    ...own.flatMap((window) => useOf(window, now, modelId)),
  ];
  const [most] = uses.toSorted((a, b) => b.percent - a.percent || (b.resetsAt ?? 0) - (a.resetsAt ?? 0));
  return most && { provider, ...most };
}

function useOf(
  { window, percent, spent, resets_at }: QuotaWindow,
  now: number,
  model?: string,
): Omit<QuotaUse, 'provider'>[] {
  const resetsAt = resets_at === null ? NaN : Date.parse(resets_at);
  const used = spent ? Math.max(100, percent ?? 0) : percent;
  if (used === null || resetsAt <= now) return [];
  const reset = Number.isNaN(resetsAt) ? {} : { resetsAt };
  return [{ window, percent: used, spent, ...reset, ...(model !== undefined && { model }) }];
}

/** `85 % of the weekly window of opencode-go`, or `85 % of the monthly window of opencode-go/kimi-k3`. */
export function describeQuotaUse({ provider, model, window, percent }: QuotaUse): string {
  const whose = model === undefined ? provider : `${provider}/${model}`;
  return `${Math.floor(percent)} % of the ${windowName(window)} of ${whose}`;
}
