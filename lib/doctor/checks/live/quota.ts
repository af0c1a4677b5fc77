/** Checks how much of the quota of a subscription is used, if the provider reports it. */
import { windowLabel } from '../../../catalog/quota.ts';
import { askQuota } from '../../../proxy/quota-page.ts';
import { skip, type Check, type CheckResult } from '../../check.ts';

/** Percent used from which the check warns. */
const warnPercent = 90;

export const quota: Check = {
  code: 'quota',
  title: 'how much of the quota is used',
  kind: 'live',
  scope: 'provider',
  needs: ['key'],
  limitMs: 15_000,
  requests: 1,
  async run(context, { provider }): Promise<CheckResult> {
    const report = provider && (await askQuota(provider, await context.upstream(), context.signal));
    if (report === undefined) return skip('not_applicable', 'the provider reports no quota');
    if (report.windows === undefined) return skip('not_observed', `the quota is unknown: ${report.reason}`);
    const summary = report.windows
      .map(({ window, percent }) => `${windowLabel(window)} ${percent ?? '?'} %`)
      .join(', ');
    const spent = report.windows.find((window) => window.spent || (window.percent ?? 0) >= warnPercent);
    if (spent === undefined) return { level: 'ok', summary };
    const text = `it resets ${spent.resets_at ?? 'later'}; until then, fallbacks answer as far as paid_fallback allows`;
    return {
      level: 'warn',
      summary: `${summary} used`,
      fault: 'client',
      remedy: { text, commands: ['occ usage', 'occ route --quota 100'] },
    };
  },
};
