/**
 * The names that clients of CLIProxyAPI request. A name that several providers serve has the others as fallbacks. Claude
 * Code requests the names of Claude; those of a tier also decide the model of the scenario that occ has for it.
 */
import type { JsonObject } from '../../json.ts';
import type { Families, Served } from './cliproxy-families.ts';
import type { Importing } from './importing.ts';
import { withDefault, type ModelRef } from './provider-parts.ts';

/** The scenario of each tier of Claude Code. */
const scenarioOf = { sonnet: 'default', opus: 'complex', haiku: 'background', fable: 'complex' } as const;

type Tier = keyof typeof scenarioOf;

/** Names that mean a scenario in `models`. */
const scenarios = new Set([
  'default',
  'background',
  'think',
  'complex',
  'long_context',
  'vision',
  'vision_complex',
  'vision_long_context',
  'fast',
]);

export interface Routes {
  models: JsonObject;
  fallbacks: JsonObject;
  overrides: JsonObject;
}

/** `claudeModels`: ids of Claude models, newest first. */
export function convertRoutes(
  importing: Importing,
  { served, claudes }: Families,
  claudeModels: readonly string[],
): Routes {
  const names = new Map<string, ModelRef[]>();
  for (const { provider, model_id, aliases } of served)
    for (const alias of aliases) names.set(alias, [...(names.get(alias) ?? []), { provider, model_id }]);
  const routes: Routes = { models: {}, fallbacks: {}, overrides: {} };
  setTiers(routes, names);
  setClaude(importing, routes, claudes, claudeModels);
  for (const [name, refs] of names) setName(routes, name, refs);
  const [first] = served;
  withDefault(importing, routes.models, firstRef(first), 'CLIProxyAPI');
  return routes;
}

function firstRef(served: Served | undefined): ModelRef | undefined {
  return served && { provider: served.provider, model_id: served.model_id };
}

function tierOf(name: string): Tier | undefined {
  if (!/claude/i.test(name)) return undefined;
  return (Object.keys(scenarioOf) as Tier[]).find((tier) => name.toLowerCase().includes(tier));
}

/** The first name of each tier decides. */
function setTiers({ models, fallbacks }: Routes, names: ReadonlyMap<string, readonly ModelRef[]>): void {
  for (const [name, [first, ...others]] of names) {
    const tier = tierOf(name);
    const scenario = tier && scenarioOf[tier];
    if (first === undefined || scenario === undefined || Object.hasOwn(models, scenario)) continue;
    models[scenario] = { ...first };
    if (others.length > 0) fallbacks[scenario] = others;
  }
}

/** A provider of Claude without a list serves what is requested. */
function setClaude(
  importing: Importing,
  { models }: Routes,
  claudes: readonly string[],
  claudeModels: readonly string[],
): void {
  const [provider] = claudes;
  if (provider === undefined) return;
  const chosen: string[] = [];
  for (const [tier, scenario] of Object.entries(scenarioOf)) {
    const model_id = claudeModels.find((id) => id.includes(tier));
    if (model_id === undefined || Object.hasOwn(models, scenario)) continue;
    models[scenario] = { provider, model_id };
    chosen.push(`models.${scenario} ${model_id}`);
  }
  if (chosen.length > 0)
    importing.notes.push(
      `CLIProxyAPI passes every name on to ${provider}, whose models it does not list; occ uses ${chosen.join(', ')}: occ use <model> --tier <tier>`,
    );
}

/**
 * A name of Claude needs an override, because occ takes it for a default of Claude Code. Any other name is one that
 * `occ launch -m` accepts, too. A name that is also the id at the provider is written, too: OpenCode may have that id.
 */
function setName({ models, fallbacks, overrides }: Routes, name: string, refs: readonly ModelRef[]): void {
  const [first, ...others] = refs;
  if (first === undefined) return;
  const isClaude = /^claude/i.test(name);
  if (isClaude || scenarios.has(name) || name.includes('/')) overrides[name] = { ...first };
  else models[name] = { ...first };
  if (others.length > 0 && !scenarios.has(name)) fallbacks[name] = others;
}
