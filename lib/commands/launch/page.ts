/** Renders the first and the last line of a launch. */
import { defaultChoice, type Choice } from '../../clients/choice.ts';
import { tierRoutes } from '../../clients/tiers.ts';
import type { Settings } from '../../config/settings.ts';
import type { Tier } from '../../proxy/policy/tiers.ts';
import { cacheShare } from '../../proxy/policy/cache-causes.ts';
import type { ProxyStats } from '../../proxy/proxy.ts';
import { amount, count } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

/** `opus, fable → kimi-k3 (opencode-go); sonnet → …; haiku → …; log: …`: tiers are grouped by model. */
export function renderTiers(settings: Settings, choice: Choice, logPath: string, style: Style): string {
  const byModel = new Map<string, Tier[]>();
  for (const [tier, { modelId, provider }] of Object.entries(tierRoutes(settings)) as [
    Tier,
    { modelId: string; provider: string },
  ][]) {
    const model = `${style.bold(modelId)} (${provider})`;
    byModel.set(model, [...(byModel.get(model) ?? []), tier]);
  }
  const parts = [...byModel].map(([model, grouped]) => `${grouped.join(', ')} → ${model}`);
  const { entry, id } = choice;
  if (entry !== undefined) parts.unshift(`selected → ${style.bold(entry.model_id)} (${entry.provider})`);
  else if (id !== defaultChoice.id) parts.unshift(`selected → ${id.replace(/^occ-/, '')}`);
  return `${parts.join('; ')}; log: ${logPath}`;
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
    ...(stats.cost === undefined ? [] : [`$${stats.cost === 0 ? 0 : stats.cost.toFixed(4)}`]),
    ...(stats.fallbacks > 0 ? [`${stats.fallbacks} answered by a fallback`] : []),
    ...(stats.failures > 0 ? [style.bad(`${stats.failures} failed`)] : []),
  ];
  return parts.join(', ');
}
