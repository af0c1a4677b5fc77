/** What a running proxy answers its owner: how it is, what a client needs to know, and its own end. */
import type { Settings } from '../config/settings.ts';
import type { Control } from '../proxy/control.ts';
import { version } from '../version.ts';
import type { Host } from './host.ts';

export interface Owner {
  control: Control;
  /** Resolves when the owner has asked for the end and heard what was cut. */
  stopAsked: Promise<'asked'>;
  /** What a client of this proxy needs in its environment, the token included. */
  variables(): Record<string, string>;
}

export interface OwnerOptions {
  instance: string;
  token: string;
  /** Asked when a question comes, which is not before the proxy listens. */
  host: () => Host;
  startedAt: Date;
  /** The variables that point a client at a proxy; `token` is undefined where any is accepted. */
  variablesFor: (settings: Settings, url: string, token: string | undefined) => Record<string, string>;
}

/** A drain longer than this is a mistake in the asking. */
const longestDrainMs = 24 * 3600 * 1000;

export function answersToOwner({ instance, token, host, startedAt, variablesFor }: OwnerOptions): Owner {
  let tell: (asked: 'asked') => void;
  const stopAsked = new Promise<'asked'>((resolve) => (tell = resolve));

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
      config_error: settings.fault() ?? null,
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
    const asked = Number(body['drain_ms'] ?? 0);
    const drainMs = Number.isFinite(asked) ? Math.min(Math.max(0, asked), longestDrainMs) : 0;
    const cut = await host().proxy.drain(drainMs);
    // The answer leaves first: closing waits for it.
    setImmediate(() => tell('asked'));
    return { cut };
  }

  const answers = {
    'GET /occ/status': status,
    'GET /occ/env': async () => ({ variables: variables() }),
    'POST /occ/stop': stop,
  };
  return { control: { instance, token, answers }, stopAsked, variables };
}
