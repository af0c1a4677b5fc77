/** How much of their plans the providers have last said is used; asked in the background, and nobody ever waits for it. */
import type { QuotaWindow } from '../catalog/quota.ts';
import { quotaAddress } from '../catalog/quota.ts';
import type { Provider } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import type { Clock } from './clock.ts';
import { askQuota } from './quota-page.ts';
import type { Upstream } from './upstream.ts';

export interface KnownQuota {
  provider: string;
  /** ISO 8601: when the provider said so. */
  at: string;
  windows: readonly QuotaWindow[];
}

export interface QuotaWatch {
  /** An attempt has ended. The plan is asked about after the first answer, then as rarely as said below. */
  note(provider: Provider, how: 'answered' | 'spent', now: number): void;
  list(): KnownQuota[];
  /** Ends what is being asked. */
  close(): void;
}

/** Nobody is asked. */
export const noQuotaWatch: QuotaWatch = { note: () => {}, list: () => [], close: () => {} };

/** Milliseconds between two questions to one provider while its models answer. */
const oftenMs = 5 * 60_000;
/** Milliseconds between two questions when an allowance has run out, which changes the figures at once. */
const spentMs = 60_000;

interface Kept {
  askedAt: number;
  asking: boolean;
  known?: KnownQuota;
  /** The reason that was logged last, so that each is logged once. */
  reason?: string;
}

export function quotaWatch(upstream: Pick<Upstream, 'get'>, log: Log, clock: Clock): QuotaWatch {
  const kept = new Map<string, Kept>();
  const closing = new AbortController();

  function note(provider: Provider, how: 'answered' | 'spent', now: number): void {
    if (closing.signal.aborted || quotaAddress(provider) === undefined) return;
    const { name } = provider;
    const state = kept.get(name) ?? { askedAt: -Infinity, asking: false };
    kept.set(name, state);
    if (state.asking || now - state.askedAt < (how === 'spent' ? spentMs : oftenMs)) return;
    state.asking = true;
    state.askedAt = now;
    void ask(provider, state);
  }

  async function ask(provider: Provider, state: Kept): Promise<void> {
    const report = await askQuota(provider, upstream, closing.signal);
    state.asking = false;
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
