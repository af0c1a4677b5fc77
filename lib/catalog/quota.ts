/**
 * How much of a plan is used, as its provider tells it (upstream facts, section 6): OpenCode Go alone has such a page, with
 * a window of five hours, one of a week and one of a month. Zen is prepaid and tells nothing.
 */
import type { Provider } from '../config/settings.ts';
import { isObject, parseJson, toNumber, toObject, toText } from '../json.ts';

export interface QuotaWindow {
  /** The provider's name for it: `rolling`, `weekly`, `monthly`. */
  window: string;
  /** Percent of it that is used, as far as that is told. */
  percent: number | null;
  /** Nothing more is served until the reset. */
  spent: boolean;
  /** ISO 8601. */
  resets_at: string | null;
}

/** Where the provider tells it, beside its endpoints in both generations of addresses; undefined where it has no such page. */
export function quotaAddress({ name, endpoints }: Pick<Provider, 'name' | 'endpoints'>): string | undefined {
  if (name !== 'opencode-go' || endpoints.chat === undefined) return undefined;
  const root = /^(.*?)(?:\/openai)?(\/v1)\/chat\/completions$/.exec(endpoints.chat);
  return root === null ? undefined : `${root[1]}${root[2]}/usage`;
}

/** Windows beyond these would be a page of another kind. */
const mostWindows = 10;

/** The windows of a plan; undefined when the text tells of none. */
export function readQuota(text: string): QuotaWindow[] | undefined {
  const body = parseJson(text);
  const windows = Object.entries(toObject(isObject(body) ? body['usage'] : undefined))
    .filter(([, window]) => isObject(window))
    .slice(0, mostWindows)
    .map(([window, told]) => toWindow(window, toObject(told)));
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

const words: Readonly<Record<string, string>> = { rolling: '5 hours', weekly: 'week', monthly: 'month' };

/** `5 hours`, `week`, `month`; the provider's own name for any other. */
export function windowLabel(window: string): string {
  return words[window] ?? window;
}
