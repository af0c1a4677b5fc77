/** How much of an OpenCode Go plan is used, where the provider says so. */
import { windowLabel } from '../../../catalog/quota.ts';
import { askQuota } from '../../../proxy/quota-page.ts';
import type { Check, Look } from '../../check.ts';

/** Percent from which on it is worth a warning. */
const mostPercent = 90;

export const quota: Check = {
  code: 'quota',
  title: 'how much of the plan is used',
  kind: 'live',
  scope: 'provider',
  needs: ['key'],
  limitMs: 15_000,
  requests: 1,
  async look(context, subject): Promise<Look> {
    const { provider } = subject;
    const report = provider && (await askQuota(provider, await context.upstream(), context.gone));
    if (report === undefined) return { level: 'skipped', summary: 'the provider has no such report' };
    if (report.windows === undefined) {
      return { level: 'skipped', summary: `the provider does not tell: ${report.reason}` };
    }
    const summary = report.windows
      .map(({ window, percent }) => `${windowLabel(window)} ${percent ?? '?'} %`)
      .join(', ');
    const spent = report.windows.find((window) => window.spent || (window.percent ?? 0) >= mostPercent);
    if (spent === undefined) return { level: 'ok', summary };
    const text = `it resets ${spent.resets_at ?? 'later'}; fallbacks of another provider answer meanwhile`;
    return { level: 'warn', summary: `${summary} used`, fault: 'client', remedy: { text, commands: [] } };
  },
};
