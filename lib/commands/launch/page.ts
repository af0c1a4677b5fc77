/** Renders the first and the last line of a launch. */
import type { Choice } from '../../clients/choice.ts';
import type { Client } from '../../clients/client.ts';
import { defaultClient } from '../../clients/clients.ts';
import { tierRoutes } from '../../clients/tiers.ts';
import type { Settings } from '../../config/settings.ts';
import type { Tier } from '../../proxy/policy/tiers.ts';
import { cacheShare } from '../../proxy/policy/cache-causes.ts';
import type { ProxyStats } from '../../proxy/proxy.ts';
import type { Route } from '../../wire/codec.ts';
import { amount, count, dollars } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

/**
 * `opus, fable → kimi-k3 (opencode-go); sonnet → …; haiku → …; log: …`: tiers are grouped by model. A client without tiers
 * has one model that is picked automatically: `Codex: automatic → kimi-k3 (opencode-go); log: …`.
 */
export function renderTiers(
  client: Client,
  settings: Settings,
  choice: Choice,
  logPath: string,
  style: Style,
): string {
  const hasTiers = client === defaultClient;
  const { entry, id } = choice;
  const parts = hasTiers ? tierParts(settings, style) : [automaticPart(settings, style)];
  if (entry !== undefined) parts.unshift(`selected → ${style.bold(entry.model_id)} (${entry.provider})`);
  else if (id !== client.automatic) parts.unshift(`selected → ${id.replace(/^occ-/, '')}`);
  const title = hasTiers ? '' : `${client.package.title}: `;
  return `${title}${parts.join('; ')}; log: ${logPath}`;
}

function tierParts(settings: Settings, style: Style): string[] {
  const byModel = new Map<string, Tier[]>();
  for (const [tier, route] of Object.entries(tierRoutes(settings)) as [Tier, Route][]) {
    const model = renderModel(route, style);
    byModel.set(model, [...(byModel.get(model) ?? []), tier]);
  }
  return [...byModel].map(([model, grouped]) => `${grouped.join(', ')} → ${model}`);
}

function automaticPart(settings: Settings, style: Style): string {
  return `automatic → ${renderModel(tierRoutes(settings).sonnet, style)}`;
}

function renderModel({ modelId, provider }: Route, style: Style): string {
  return `${style.bold(modelId)} (${provider})`;
}

type SummaryStats = Pick<
  ProxyStats,
  'requests' | 'failures' | 'fallbacks' | 'inputTokens' | 'outputTokens' | 'cost' | 'cache'
>;

/**
 * `12 requests, 34.5k tokens in, 1.2k out, cache: 97 % of input, $0.0123, 1 answered by a fallback`. The cost is omitted if no
 * provider reports one, and the cache if nothing could be read from one.
 */
export function renderSummary(stats: SummaryStats, style: Style): string {
  const cached = cacheShare(stats.cache);
  const parts = [
    count(stats.requests, 'request'),
    `${amount(stats.inputTokens)} tokens in`,
    `${amount(stats.outputTokens)} out`,
    ...(cached === undefined ? [] : [`cache: ${cached} % of input`]),
    ...(stats.cost === undefined ? [] : [dollars(stats.cost)]),
    ...(stats.fallbacks > 0 ? [`${stats.fallbacks} answered by a fallback`] : []),
    ...(stats.failures > 0 ? [style.bad(`${stats.failures} failed`)] : []),
  ];
  return parts.join(', ');
}
