/** Runs `occ usage`: requests the quotas of all providers that report them, and the totals of a running proxy. */
import { resolve } from 'node:path';
import { quotaAddress, type QuotaWindow } from '../../catalog/quota.ts';
import type { Provider } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes } from '../../errors.ts';
import { askQuota, type QuotaReport } from '../../proxy/quota-page.ts';
import { openUpstream } from '../../proxy/upstream.ts';
import { toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { amount, count, dollars, moment } from '../../terminal/figures.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { inputShare } from '../status/cache-lines.ts';
import { modelQuotaLines, quotaLines } from './quota-lines.ts';
import { widthOf } from '../../terminal/width.ts';
import { wrap } from '../../terminal/wrap.ts';
import type { Grouping } from '../../ledger/groups.ts';
import { rangeOf, type RangeOptions } from './range.ts';
import {
  groupedLines,
  periodRange,
  periods,
  printCsv,
  readRecorded,
  toLedgerJson,
  warnOfUnread,
} from './recorded.ts';
import { renderTable } from './table.ts';
import { toBudgetJson } from '../../host/control-endpoints.ts';
import { budgetText } from './budget-text.ts';
import { usedBudgets } from './used-budgets.ts';
import { queryProxy, findProxy } from '../../daemon/running.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface UsageOptions extends GlobalOptions, RangeOptions {
  config?: string;
  by?: Grouping;
  csv?: boolean;
}

interface ProviderQuota {
  provider: string;
  report: QuotaReport;
}

export async function runUsage(options: UsageOptions, system: System, output: Output): Promise<number> {
  const { since, until, days, month, by, csv } = options;
  const given = since ?? until ?? days ?? month ?? by;
  return given !== undefined || csv === true
    ? printGroups(options, system, output)
    : printOverview(options, system, output);
}

/** A table of the ledger. It asks nothing of the network. */
async function printGroups(options: UsageOptions, system: System, output: Output): Promise<number> {
  const { by = 'day', csv = false } = options;
  const recorded = await readRecorded(rangeOf(options, new Date()), by, system, output);
  if (output.json) {
    const ledger = toLedgerJson(by, recorded.groups, recorded);
    output.printJson({ plans: [], running: null, ledger });
  } else if (csv) printCsv(by, recorded, output);
  else {
    const space = { width: widthOf(system.stdout), style: output.style };
    for (const line of groupedLines(recorded, by, space)) output.print(line);
  }
  warnOfUnread(recorded, system, output);
  return exitCodes.ok;
}

async function printOverview({ config }: UsageOptions, system: System, output: Output): Promise<number> {
  const { settings } = await loadSettings({
    configFile: config === undefined ? undefined : resolve(system.cwd, config),
    env: system.env,
    home: system.home,
  });
  // A built-in provider without a key is not in use.
  const reporting = Object.values(settings.providers).filter(
    (provider) => quotaAddress(provider) !== undefined && provider.missingKey === undefined,
  );
  const now = new Date();
  const [quotas, running, recorded] = await Promise.all([
    readQuotas(reporting, system, output),
    readTotals(system),
    readRecorded(periodRange(now), 'day', system, output),
  ]);
  const sums = periods(recorded.groups, now);
  const budgets = (await usedBudgets(settings.budget, system)).map(toBudgetJson);
  if (output.json) {
    output.printJson({
      plans: quotas.map(({ provider, report }) => ({
        provider,
        windows: report.windows ?? null,
        ...(report.models && { models: report.models }),
        reason: report.reason ?? null,
      })),
      running,
      budgets,
      ledger: toLedgerJson(null, sums, recorded),
    });
  } else {
    const used = sums.filter(({ requests }) => requests > 0);
    const space = { width: widthOf(system.stdout), style: output.style };
    const lines = [
      ...quotas.flatMap((quota) => renderQuota(quota, output)),
      ...renderTotals(running),
      ...budgets.map((budget) => `budget    ${budgetText(budget as JsonObject, output.style)}`),
      ...(used.length > 0 ? renderTable({ head: 'used', groups: used, ...space }) : []),
    ];
    const width = widthOf(system.stdout);
    const none = 'no provider with a key reports a quota (OpenCode Go does)';
    if (quotas.length === 0) lines.unshift(...(width === undefined ? [none] : wrap(none, width)));
    for (const line of lines) output.print(line);
  }
  warnOfUnread(recorded, system, output);
  const missing = quotas.filter(({ report }) => report.windows === undefined);
  for (const { provider, report } of missing) output.warn(`occ: ${provider}: ${report.reason}`);
  return quotas.length > 0 && missing.length === quotas.length ? exitCodes.failed : exitCodes.ok;
}

async function readQuotas(
  providers: readonly Provider[],
  system: System,
  output: Output,
): Promise<ProviderQuota[]> {
  if (providers.length === 0) return [];
  const upstream = await openUpstream({ ...system.env });
  const requests = Promise.all(
    providers.map(async (provider) => {
      const report = await askQuota(provider, upstream);
      return report ? [{ provider: provider.name, report }] : [];
    }),
  );
  try {
    return (await withProgress(output, 'requesting quotas', requests)).flat();
  } finally {
    await upstream.close();
  }
}

const totals = [
  'url',
  'pid',
  'started_at',
  'requests',
  'failures',
  'input_tokens',
  'output_tokens',
  'cost',
  'cache',
];

/** The totals of the running proxy; null if none runs. */
async function readTotals(system: System): Promise<JsonObject | null> {
  const found = await findProxy(system);
  if (found?.state !== 'running') return null;
  const status = await queryProxy(found.record, '/occ/status').catch(() => undefined);
  return status ? Object.fromEntries(totals.map((name) => [name, status[name] ?? null])) : null;
}

function toJson(window: QuotaWindow): JsonObject {
  return { ...window };
}

function renderQuota({ provider, report }: ProviderQuota, { style }: Output): string[] {
  if (report.windows === undefined) return [];
  const [windows, models] = [report.windows, report.models ?? []].map((all) => all.map(toJson));
  const lines = [...quotaLines(windows ?? [], style), ...modelQuotaLines(models ?? [], style)];
  return [style.bold(provider), ...lines.map((line) => `  ${line}`)];
}

function renderTotals(running: JsonObject | null): string[] {
  if (running === null) return [];
  const figure = (name: string): number => toNumber(running[name]) ?? 0;
  const cost = toNumber(running['cost']);
  const cached = inputShare(toObject(running['cache']));
  return [
    `the proxy on ${toText(running['url'])}, since ${moment(toText(running['started_at']))}`,
    `  ${count(figure('requests'), 'request')}, ${amount(figure('input_tokens'))} tokens in, ${amount(figure('output_tokens'))} out${cached === undefined ? '' : `, cache: ${cached}`}${cost === undefined ? '' : `, ${dollars(cost)}`}`,
  ];
}
