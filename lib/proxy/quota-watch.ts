/** The quota that each provider last reported. It is requested in the background, and no exchange waits for it. */
import { quotaAddress, type KnownQuota, type Quota } from '../catalog/quota.ts';
import type { Provider } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import type { Clock } from './clock.ts';
import { askQuota } from './quota-page.ts';
import type { Upstream } from './upstream.ts';

export interface QuotaWatch {
  /**
   * Reports the end of an attempt, or that a spent key was passed over. The quota is requested after the first answer, then
   * at the intervals below, also while it is spent: a plan may recover before the reset that it named.
   */
  note(provider: Provider, how: 'answered' | 'spent' | 'passed', now: number, key?: number): void;
  list(): KnownQuota[];
  /** Aborts the requests in progress. */
  close(): void;
}

/** Requests nothing. */
export const noQuotaWatch: QuotaWatch = { note: () => {}, list: () => [], close: () => {} };

/** Milliseconds between two requests for one key while it answers or is passed over. */
const regularMs = 5 * 60_000;
/** Milliseconds between two requests after a quota has run out, which changes the figures at once. */
const spentMs = 60_000;

interface Kept {
  requestedAt: number;
  requesting: boolean;
  known?: KnownQuota;
  /** The last reason in the log, so that each is logged once. */
  reason?: string;
}

/** Called with what a page says about a key. `asked` is when it was requested. */
export type OnPage = (provider: string, key: number, asked: number, quota: Quota) => void;

export function quotaWatch(
  upstream: Pick<Upstream, 'get'>,
  log: Log,
  clock: Clock,
  onPage: OnPage = () => {},
): QuotaWatch {
  const kept = new Map<string, Kept>();
  const closing = new AbortController();

  function note(provider: Provider, how: 'answered' | 'spent' | 'passed', now: number, key = 0): void {
    if (closing.signal.aborted || quotaAddress(provider) === undefined) return;
    const name = `${provider.name} ${key}`;
    const state = kept.get(name) ?? { requestedAt: -Infinity, requesting: false };
    kept.set(name, state);
    if (state.requesting || now - state.requestedAt < (how === 'spent' ? spentMs : regularMs)) return;
    state.requesting = true;
    state.requestedAt = now;
    void ask(provider, key, state);
  }

  async function ask(provider: Provider, key: number, state: Kept): Promise<void> {
    const asked = state.requestedAt;
    const report = await askQuota(provider, upstream, closing.signal, key);
    state.requesting = false;
    if (report === undefined || closing.signal.aborted) return;
    const { name, keys } = provider;
    const which = keys.length > 1 ? { key: key + 1 } : {};
    if (report.windows) {
      const at = new Date(clock.now()).toISOString();
      const { windows, models } = report;
      const quota: Quota = { windows, ...(models && { models }) };
      state.known = { provider: name, at, ...quota, ...which };
      delete state.reason;
      onPage(name, key, asked, quota);
      const percent = Object.fromEntries(windows.map(({ window, percent }) => [window, percent]));
      log({ level: 'info', event: 'plan', provider: name, ...which, percent });
    } else if (state.reason !== report.reason) {
      state.reason = report.reason;
      log({ level: 'info', event: 'plan', provider: name, ...which, unknown: report.reason });
    }
  }

  return {
    note,
    list: () => [...kept.values()].flatMap(({ known }) => (known ? [known] : [])),
    close: () => closing.abort(),
  };
}

/** Requests the usage pages of all keys of a provider that no request uses now, as often as the watch allows. */
export function refreshQuota(
  provider: Provider | undefined,
  { quotas, now }: { quotas: QuotaWatch; now: () => number },
): void {
  if (provider === undefined) return;
  for (let key = 0; key < Math.max(1, provider.keys.length); key++)
    quotas.note(provider, 'passed', now(), key);
}
