/**
 * Resolves `-m <ref>`: a scenario or name of the configuration, a tier, provider/model, a bare model id, or a value that
 * the client itself resolves.
 */
import { modelIdAt } from '../catalog/listed.ts';
import type { ModelEntry, Settings } from '../config/settings.ts';
import { tierId, tierOf, tiers } from '../proxy/policy/tiers.ts';
import { claudeAliases } from './client-options.ts';
import { configuredModels, toId } from './tiers.ts';
import { unknownModel } from './unknown-model.ts';

export interface Choice {
  /** The id that the client requests: a tier id, `provider/model`, or a value that only the client resolves. */
  id: string;
  /** The named model; absent if the tiers decide. */
  entry?: ModelEntry;
}

/** The suffix by which the client requests a window of a million tokens. It does not send it. */
const wideSuffix = /\[1m\]$/i;

/** The choice of Claude Code without -m: the tier whose requests go to `models.default`. */
export const defaultChoice: Choice = { id: tierId('sonnet') };

/** `aliases` are values that the client resolves. OccError `model_unknown` (exit 2) if `ref` names nothing. */
export function choose(
  ref: string,
  settings: Settings,
  aliases: ReadonlySet<string> = claudeAliases,
): Choice {
  const bare = ref.replace(wideSuffix, '');
  const suffix = ref.slice(bare.length);
  // occ tells the client the window of a model, so the suffix would change nothing.
  const name = [ref, bare].find((one) => Object.hasOwn(settings.models, one)) ?? '';
  const named = settings.models[name];
  if (named !== undefined) return { id: toId(named), entry: named };
  const tier = tiers.find((name) => name === bare || tierId(name) === bare);
  if (tier !== undefined) return { id: `${tierId(tier)}${suffix}` };
  if (aliases.has(bare)) return { id: ref };
  const entry = findSlashed(bare, settings) ?? findBare(bare, settings);
  if (entry !== undefined) return { id: toId(entry), entry };
  if (bare.startsWith('claude-') && tierOf(bare) !== undefined) return { id: ref };
  throw unknownModel(bare, settings, aliases);
}

/**
 * Adds an override so that requests for the chosen model use the fields of its entry. Routing resolves
 * `provider/model` by itself, but not which of several entries with the same model is meant. An override of the user
 * takes precedence.
 */
export function withChoice(settings: Settings, { id, entry }: Choice): Settings {
  if (entry === undefined) return settings;
  return { ...settings, modelOverrides: { [id]: entry, ...settings.modelOverrides } };
}

/** The provider before the slash of a ref. Its key has to be loaded although no model entry uses it. */
export function providerOf(ref: string | undefined): string | undefined {
  const bare = ref?.replace(/^anthropic\/(?=.+\/)/, '');
  const slash = bare?.indexOf('/') ?? -1;
  return slash > 0 ? bare?.slice(0, slash) : undefined;
}

/** `provider/model`, or `anthropic/provider/model` as in the model list for Claude Code. */
function findSlashed(ref: string, settings: Settings): ModelEntry | undefined {
  const slash = ref.indexOf('/');
  if (slash <= 0 || slash === ref.length - 1) return undefined;
  const provider = toProvider(ref.slice(0, slash), settings);
  const model_id = ref.slice(slash + 1);
  if (provider !== undefined) {
    const id = toId({ provider, model_id });
    return configuredModels(settings).find((entry) => toId(entry) === id) ?? { provider, model_id };
  }
  return ref.startsWith('anthropic/') ? findSlashed(model_id, settings) : undefined;
}

/** The configured provider of this name, in which `_` and `-` are equivalent. */
function toProvider(name: string, { providers }: Settings): string | undefined {
  return [name, name.replaceAll('_', '-')].find((one) => Object.hasOwn(providers, one));
}

function findBare(ref: string, settings: Settings): ModelEntry | undefined {
  const configured = configuredModels(settings);
  const exact = configured.find(({ model_id }) => model_id.toLowerCase() === ref.toLowerCase());
  if (exact !== undefined) return exact;
  const preferred = configured.map(({ provider }) => provider);
  for (const provider of new Set([...preferred, ...Object.keys(settings.providers)])) {
    const known = settings.providers[provider] && modelIdAt(settings.providers[provider], ref);
    if (known !== undefined) return { provider, model_id: known };
  }
  return undefined;
}
