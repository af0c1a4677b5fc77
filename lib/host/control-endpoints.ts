/** The endpoints below /occ/, through which other commands ask and control a running proxy. */
import type { Settings } from '../config/settings.ts';
import { toNumber, toText, type JsonObject } from '../json.ts';
import type { Control } from '../proxy/control.ts';
import { version } from '../version.ts';
import { toCacheReport } from './cache-report.ts';
import { percentOf, stageOf, type BudgetUse } from '../proxy/policy/budget.ts';
import { rulesInWords, type RuleInWords } from '../proxy/policy/rules.ts';
import type { Host } from './host.ts';

/** Records in one response, each of which holds at most a few kilobytes. */
const maxRecords = 20;

export interface ObservedOptions {
  /** Called for each request, so not before the proxy listens. */
  host: () => Host;
  startedAt: Date;
}

/** The endpoints that only report: those of a launch, whose token no other process may get, and which none may stop. */
export function observingEndpoints({ host, startedAt }: ObservedOptions): Control['answers'] {
  async function status(): Promise<Record<string, unknown>> {
    const { proxy, settings, logPath, logFailure, captured, ledger, budgets } = host();
    const stats = proxy.stats();
    return {
      pid: process.pid,
      url: proxy.url,
      version,
      started_at: startedAt.toISOString(),
      uptime_s: Math.round((Date.now() - startedAt.getTime()) / 1000),
      config: settings.current().file ?? null,
      config_error: settings.error() ?? null,
      config_pending: settings.pending() ?? null,
      log: logPath,
      log_error: logFailure() ?? null,
      captures: { on: captured.isOn(), error: captured.failure() ?? null },
      live: stats.live,
      requests: stats.requests,
      failures: stats.failures,
      fallbacks: stats.fallbacks,
      input_tokens: stats.inputTokens,
      output_tokens: stats.outputTokens,
      cost: stats.cost ?? null,
      cache: toCacheReport(stats.cache),
      last_error: stats.lastError ?? null,
      models: stats.models.map((model) => ({
        ...model,
        breaker: stats.remembered.breakers[`${model.model} ${model.format}`] ?? { state: 'closed' },
      })),
      spent: stats.remembered.spent,
      learned: stats.remembered.learned,
      plans: proxy.quotas(),
      rules: rulesInWords(settings.current(), proxy.quotas(), Date.now()).map(toRuleJson),
      budgets: budgets().map(toBudgetJson),
      ledger: { dir: ledger.dir, error: ledger.failure()?.reason ?? null, lost: ledger.failure()?.lost ?? 0 },
    };
  }

  /** The latest requests that have ended, newest first: `id` (or its start), `failed`, `limit`. */
  async function requests(filter: JsonObject): Promise<Record<string, unknown>> {
    const limit = Math.min(toNumber(filter['limit']) ?? maxRecords, maxRecords);
    const id = toText(filter['id']);
    return { requests: host().proxy.recent.list({ id, failed: filter['failed'] === true, limit }) };
  }

  /** The latest recording whose id starts with `id`, with its text; null if there is none. */
  async function recording({ id }: JsonObject): Promise<Record<string, unknown>> {
    const { toCapture } = await import('../captures/to-capture.ts');
    const found = host().proxy.recordings.find(toText(id));
    return { recording: (found && toCapture(found)) ?? null };
  }

  /** Switches captures on or off if `on` says so, and tells which it is. */
  async function record({ on }: JsonObject): Promise<Record<string, unknown>> {
    const { captured } = host();
    if (typeof on === 'boolean') await captured.switch(on);
    return { on: captured.isOn(), error: captured.failure() ?? null };
  }

  return {
    'GET /occ/status': status,
    'POST /occ/requests': requests,
    'POST /occ/recording': recording,
    'POST /occ/record': record,
  };
}

/** A budget for other programs. */
export function toBudgetJson(budget: BudgetUse): Record<string, unknown> {
  const { period, unit, amount, used, resetsInMs } = budget;
  return {
    period,
    unit,
    amount,
    used: Number(used.toFixed(10)),
    percent: percentOf(budget),
    stage: stageOf(budget) ?? null,
    resets_at: new Date(Date.now() + resetsInMs).toISOString(),
  };
}

/** A rule about plans and paid models for other programs. */
export function toRuleJson({ until, ...rule }: RuleInWords): Record<string, unknown> {
  return { ...rule, until: until === undefined ? null : new Date(until).toISOString() };
}

export interface ControlEndpoints {
  control: Control;
  /** Resolves after a stop request has been answered. */
  stopRequested: Promise<'stop'>;
  /** The environment variables that a client of this proxy needs, including the token. */
  variables(): Record<string, string>;
}

export interface ControlOptions extends ObservedOptions {
  instance: string;
  token: string;
  /** The variables that direct a client to a proxy; `token` is undefined if the proxy accepts any. */
  variablesFor: (settings: Settings, url: string, token: string | undefined) => Record<string, string>;
  /** Called for each request to /health; must not throw. */
  onHealth?: () => void;
}

/** Longer requested drains are cut to this. */
const maxDrainMs = 24 * 3600 * 1000;

/** The endpoints of `occ start`. */
export function controlEndpoints({
  instance,
  token,
  host,
  startedAt,
  variablesFor,
  onHealth,
}: ControlOptions): ControlEndpoints {
  let reportStop: (reason: 'stop') => void;
  const stopRequested = new Promise<'stop'>((resolve) => (reportStop = resolve));

  function variables(): Record<string, string> {
    const { proxy, settings } = host();
    const now = settings.current();
    return variablesFor(now, proxy.url, now.authToken?.reveal());
  }

  async function stop(body: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const requested = Number(body['drain_ms'] ?? 0);
    const drainMs = Number.isFinite(requested) ? Math.min(Math.max(0, requested), maxDrainMs) : 0;
    const cut = await host().proxy.drain(drainMs);
    // Send the response before the proxy closes.
    setImmediate(() => reportStop('stop'));
    return { cut };
  }

  const answers = {
    ...observingEndpoints({ host, startedAt }),
    'GET /occ/env': async () => ({ variables: variables() }),
    'POST /occ/stop': stop,
  };
  return {
    control: { instance, token, answers, ...(onHealth !== undefined && { onHealth }) },
    stopRequested,
    variables,
  };
}
