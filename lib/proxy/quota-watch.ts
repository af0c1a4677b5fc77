/** The quota that each provider last reported. It is requested in the background, and no exchange waits for it. */
import type { QuotaWindow } from '../catalog/quota.ts';
import { quotaAddress } from '../catalog/quota.ts';
import type { Provider } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import type { Clock } from './clock.ts';
import { askQuota } from './quota-page.ts';
import type { Upstream } from './upstream.ts';

export interface KnownQuota {
  provider: string;
  /** When the provider reported it, in ISO 8601. */
  at: string;
  windows: readonly QuotaWindow[];
}

export interface QuotaWatch {
  /** Reports the end of an attempt. The quota is requested after the first answer, then at the intervals below. */
  note(provider: Provider, how: 'answered' | 'spent', now: number): void;
  list(): KnownQuota[];
  /** Aborts the requests in progress. */
  close(): void;
}

/** Requests nothing. */
export const noQuotaWatch: QuotaWatch = { note: () => {}, list: () => [], close: () => {} };

/** Milliseconds between two requests to one provider while its models answer. */
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

export function quotaWatch(upstream: Pick<Upstream, 'get'>, log: Log, clock: Clock): QuotaWatch {
  const kept = new Map<string, Kept>();
  const closing = new AbortController();

  function note(provider: Provider, how: 'answered' | 'spent', now: number): void {
    if (closing.signal.aborted || quotaAddress(provider) === undefined) return;
    const { name } = provider;
    const state = kept.get(name) ?? { requestedAt: -Infinity, requesting: false };
    kept.set(name, state);
    if (state.requesting || now - state.requestedAt < (how === 'spent' ? spentMs : regularMs)) return;
    state.requesting = true;
    state.requestedAt = now;
    void ask(provider, state);
  }

  async function ask(provider: Provider, state: Kept): Promise<void> {
    const report = await askQuota(provider, upstream, closing.signal);
    state.requesting = false;
    if (report === undefined || closing.signal.aborted) return;
    const { name } = provider;
    if (report.windows) {
      state.known = { provider: name, at: new Date(clock.now()).toISOString(), windows: report.windows };
      delete state.reason;
      const percent = Object.fromEntries(report.windows.map(({ window, percent }) => [window, percent]));
      log({ level: 'info', event: 'plan', provider: name, percent });
    } else if (state.reason !== report.reason) {
      state.reason = report.reason;
      log({ level: 'info', event: 'plan', provider: name, unknown: report.reason });
    }
  }

  return {
    note,
    list: () => [...kept.values()].flatMap(({ known }) => (known ? [known] : [])),
    close: () => closing.abort(),
  };
}
