/** The endpoints below /occ/, through which other commands control a running proxy: status, client variables, stop. */
import type { Settings } from '../config/settings.ts';
import type { Control } from '../proxy/control.ts';
import { version } from '../version.ts';
import type { Host } from './host.ts';

export interface ControlEndpoints {
  control: Control;
  /** Resolves after a stop request has been answered. */
  stopRequested: Promise<'stop'>;
  /** The environment variables that a client of this proxy needs, including the token. */
  variables(): Record<string, string>;
}

export interface ControlOptions {
  instance: string;
  token: string;
  /** Called for each request, so not before the proxy listens. */
  host: () => Host;
  startedAt: Date;
  /** The variables that direct a client to a proxy; `token` is undefined if the proxy accepts any. */
  variablesFor: (settings: Settings, url: string, token: string | undefined) => Record<string, string>;
}

/** Longer requested drains are cut to this. */
const maxDrainMs = 24 * 3600 * 1000;

export function controlEndpoints({
  instance,
  token,
  host,
  startedAt,
  variablesFor,
}: ControlOptions): ControlEndpoints {
  let reportStop: (reason: 'stop') => void;
  const stopRequested = new Promise<'stop'>((resolve) => (reportStop = resolve));

  async function status(): Promise<Record<string, unknown>> {
    const { proxy, settings, logPath } = host();
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
      live: stats.live,
      requests: stats.requests,
      failures: stats.failures,
      fallbacks: stats.fallbacks,
      input_tokens: stats.inputTokens,
      output_tokens: stats.outputTokens,
      cost: stats.cost ?? null,
      last_error: stats.lastError ?? null,
      models: stats.models.map((model) => ({
        ...model,
        breaker: stats.remembered.breakers[`${model.model} ${model.format}`] ?? { state: 'closed' },
      })),
      spent: stats.remembered.spent,
      learned: stats.remembered.learned,
      plans: stats.quotas,
    };
  }

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
    'GET /occ/status': status,
    'GET /occ/env': async () => ({ variables: variables() }),
    'POST /occ/stop': stop,
  };
  return { control: { instance, token, answers }, stopRequested, variables };
}
