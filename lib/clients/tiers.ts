/** Finds the model for each tier of Claude Code with the same policy that routes the requests. */
import { toRoute } from '../catalog/routes.ts';
import type { ModelEntry, Settings } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { printableLine } from '../printable.ts';
import { planRoutes } from '../proxy/policy/route.ts';
import { tierId, tiers, type Tier } from '../proxy/policy/tiers.ts';
import type { Route } from '../wire/codec.ts';

/** The route of an ordinary request for this model id. */
function routeFor(id: string, settings: Settings): Route {
  const request = {
    model: id,
    max_tokens: 1024,
    stream: true,
    messages: [{ role: 'user' as const, content: 'hello' }],
    tools: [{ name: 'Read', input_schema: { type: 'object' } }],
  };
  const [first] = planRoutes({ request, inputTokens: 1 }, settings).candidates;
  if (first === undefined) throw withoutModels(settings);
  return first.route;
}

export type TierRoutes = Readonly<Record<Tier, Route>>;

export function tierRoutes(settings: Settings): TierRoutes {
  const pairs = tiers.map((tier) => [tier, routeFor(tierId(tier), settings)] as const);
  return Object.fromEntries(pairs) as Record<Tier, Route>;
}

/** The context window, in tokens, of the model for long conversations. */
export function longContextWindow(settings: Settings): number {
  const entry = settings.models['long_context'] ?? settings.models['default'];
  const provider = entry && settings.providers[entry.provider];
  if (entry === undefined || provider === undefined) throw withoutModels(settings);
  return toRoute(entry, provider).contextWindow;
}

/** `provider/model`, the unambiguous form. */
export function toId({ provider, model_id }: ModelEntry): string {
  return `${provider}/${model_id}`;
}

/** The display name of a model: `mimo-v2.5 (opencode-go)`. */
export function describeModel({ provider, modelId }: Route): string {
  return printableLine(`${modelId} (${provider})`);
}

/** Every configured model once: scenarios first, then overrides and fallbacks. */
export function configuredModels(settings: Settings): ModelEntry[] {
  const all = [
    ...Object.values(settings.models),
    ...Object.values(settings.modelOverrides),
    ...Object.values(settings.modelFamilyOverrides),
    ...Object.values(settings.fallbacks).flat(),
  ];
  const byId = new Map<string, ModelEntry>();
  for (const entry of all) if (!byId.has(toId(entry))) byId.set(toId(entry), entry);
  return [...byId.values()];
}

function withoutModels({ file }: Settings): OccError {
  return new OccError('config_invalid', `no model is configured${file === undefined ? '' : ` in ${file}`}`, {
    exitCode: exitCodes.config,
    remedy: 'add models.default with a provider and a model_id',
  });
}
