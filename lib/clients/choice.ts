/** Resolves `-m <ref>`: a scenario or name of the configuration, a tier, provider/model, or a bare model id. */
import { modelIdAt } from '../catalog/listed.ts';
import type { ModelEntry, Settings } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { tierId, tiers } from '../proxy/policy/tiers.ts';
import { configuredModels, toId } from './tiers.ts';

export interface Choice {
  /** The model id that the client requests: a tier id, or `provider/model`. */
  id: string;
  /** The named model; absent for a tier. */
  entry?: ModelEntry;
}

/** The choice without -m: the tier whose requests go to `models.default`. */
export const defaultChoice: Choice = { id: tierId('sonnet') };

/** OccError `model_unknown` (exit 2) if `ref` names nothing. */
export function choose(ref: string, settings: Settings): Choice {
  const named = Object.hasOwn(settings.models, ref) ? settings.models[ref] : undefined;
  if (named !== undefined) return { id: toId(named), entry: named };
  const tier = tiers.find((name) => name === ref || tierId(name) === ref);
  if (tier !== undefined) return { id: tierId(tier) };
  const entry = findSlashed(ref, settings) ?? findBare(ref, settings);
  if (entry !== undefined) return { id: toId(entry), entry };
  throw unknownModel(ref, settings);
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
  const provider = ref.slice(0, slash);
  const model_id = ref.slice(slash + 1);
  if (Object.hasOwn(settings.providers, provider)) {
    return configuredModels(settings).find((entry) => toId(entry) === ref) ?? { provider, model_id };
  }
  return provider === 'anthropic' ? findSlashed(model_id, settings) : undefined;
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

function unknownModel(ref: string, settings: Settings): OccError {
  const names = [...new Set(configuredModels(settings).map(({ model_id }) => model_id))];
  const providers = Object.keys(settings.providers).join(', ');
  return new OccError('model_unknown', `no model "${ref}"; configured are ${names.join(', ') || 'none'}`, {
    exitCode: exitCodes.usage,
    remedy: `name any other as provider/model, where provider is one of: ${providers}`,
  });
}
