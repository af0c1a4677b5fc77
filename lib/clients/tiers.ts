/** Which model answers for each of Claude Code's tiers, asked of the same policy that will route the real requests. */
import { toRoute } from '../catalog/routes.ts';
import type { ModelEntry, Settings } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { planRoutes } from '../proxy/policy/route.ts';
import { tierId, tiers, type Tier } from '../proxy/policy/tiers.ts';
import type { Route } from '../wire/codec.ts';

/** The model that an ordinary request of the id's tier, or for the id itself, goes to. */
function answersFor(id: string, settings: Settings): Route {
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

/** One answer for each tier. */
export function tierRoutes(settings: Settings): TierRoutes {
  const pairs = tiers.map((tier) => [tier, answersFor(tierId(tier), settings)] as const);
  return Object.fromEntries(pairs) as Record<Tier, Route>;
}

/** Tokens that the model can hold to which long conversations are routed. */
export function longContextWindow(settings: Settings): number {
  const entry = settings.models['long_context'] ?? settings.models['default'];
  const provider = entry && settings.providers[entry.provider];
  if (entry === undefined || provider === undefined) throw withoutModels(settings);
  return toRoute(entry, provider).contextWindow;
}

/** `provider/model`, the spelling that is never ambiguous. */
export function toId({ provider, model_id }: ModelEntry): string {
  return `${provider}/${model_id}`;
}

/** Every model the configuration names, each once, in the order a person would look for them: scenarios first. */
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
