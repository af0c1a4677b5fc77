/**
 * Finds and parses the quota page of a provider. As of November 2026 only OpenCode Go has one, with windows of five
 * hours, a week and a month. OpenCode Zen is prepaid and has none.
 */
import type { Provider } from '../config/settings.ts';
import { isObject, parseJson, toNumber, toObject, toText } from '../json.ts';

export interface QuotaWindow {
  /** The name that the provider uses: `rolling`, `weekly`, `monthly`. */
  window: string;
  /** Used percentage; null if not reported. */
  percent: number | null;
  /** True if no request is served until the reset. */
  spent: boolean;
  /** ISO 8601. */
  resets_at: string | null;
}

/** The address of the quota page, for the old and the new endpoints of OpenCode Go; undefined for other providers. */
export function quotaAddress({ name, endpoints }: Pick<Provider, 'name' | 'endpoints'>): string | undefined {
  if (name !== 'opencode-go' || endpoints.chat === undefined) return undefined;
  const root = /^(.*?)(?:\/openai)?(\/v1)\/chat\/completions$/.exec(endpoints.chat);
  return root === null ? undefined : `${root[1]}${root[2]}/usage`;
}

/** Limit for the number of windows. */
const maxWindows = 10;

/** The quota windows; undefined if the text contains none. */
export function readQuota(text: string): QuotaWindow[] | undefined {
  const body = parseJson(text);
  const windows = Object.entries(toObject(isObject(body) ? body['usage'] : undefined))
    .filter(([, window]) => isObject(window))
    .slice(0, maxWindows)
    .map(([window, values]) => toWindow(window, toObject(values)));
  return windows.length === 0 ? undefined : windows;
}

function toWindow(window: string, { percent, status, resetsAt }: ReturnType<typeof toObject>): QuotaWindow {
  const used = toNumber(percent);
  const reset = new Date(toText(resetsAt));
  return {
    window,
    percent: used === undefined || used < 0 ? null : used,
    spent: status === 'rate-limited' || (used ?? 0) >= 100,
    resets_at: Number.isNaN(reset.getTime()) ? null : reset.toISOString(),
  };
}

const labels: Readonly<Record<string, string>> = { rolling: '5 hours', weekly: 'week', monthly: 'month' };

/** `5 hours`, `week` or `month`; the provider's name for other windows. */
export function windowLabel(window: string): string {
  return labels[window] ?? window;
}
