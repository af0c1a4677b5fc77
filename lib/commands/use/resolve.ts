/** Finds the model and the scenario that the user means. Pure. */
import { addProviderCommands } from '../../catalog/add-provider.ts';
import type { CachedLists } from '../../catalog/list-cache.ts';
import { knownIds } from '../../catalog/model-cautions.ts';
import type { ModelEntry, Settings } from '../../config/settings.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { scenarioRules } from '../../proxy/policy/scenario.ts';
import { configOption } from '../../config/remedies.ts';
import { tiers, type Tier } from '../../proxy/policy/tiers.ts';

export type Ref = Pick<ModelEntry, 'provider' | 'model_id'>;

interface Given {
  tier?: string;
  fallback?: boolean;
  config?: string;
}

/** The scenario that serves the requests of a tier; effort, images and length may choose another one. */
const scenarioOfTier: Readonly<Record<Tier, string>> = {
  opus: 'complex',
  fable: 'complex',
  sonnet: 'default',
  haiku: 'background',
};

/** The name under `models`. OccError `usage` if there is no such tier, scenario or name. */
export function toScenario(typed: string | undefined, { models }: Pick<Settings, 'models'>): string {
  if (typed === undefined) return 'default';
  const name = typed.toLowerCase();
  const tier = tiers.find((known) => known === name);
  if (tier !== undefined) return scenarioOfTier[tier];
  if (Object.hasOwn(models, typed)) return typed;
  const scenarios = [...Object.keys(scenarioRules), 'fast'];
  const scenario = scenarios.find((known) => known === name.replaceAll('-', '_'));
  if (scenario !== undefined) return scenario;
  const all = [...new Set([...tiers, ...scenarios, ...Object.keys(models)])];
  const near = nearest(name, all);
  throw new OccError('usage', `--tier: found "${typed}", expected one of ${all.join(', ')}`, {
    exitCode: exitCodes.usage,
    remedy: near === undefined ? 'occ help routing explains the scenarios' : `did you mean --tier ${near}?`,
  });
}

/**
 * `current` is the model that is replaced: where several providers have an id, its provider is meant, else the one that
 * has a key. `given` are the options of the command line, for suggestions. OccError `model_unknown` or `model_ambiguous`, both
 * with exit code 2.
 */
export function toRef(
  typed: string,
  settings: Settings,
  lists: CachedLists,
  current: Ref | undefined,
  given: Given = {},
): Ref {
  const slash = typed.indexOf('/');
  const prefix = typed.slice(0, Math.max(0, slash)).replaceAll('_', '-');
  // The ids of some providers contain slashes.
  if (slash > 0 && Object.hasOwn(settings.providers, prefix))
    return atProvider(prefix, typed.slice(slash + 1), settings, lists, given);
  const having = Object.keys(settings.providers).flatMap((provider): Ref[] => {
    const id = findId(typed, knownIds(settings, lists, provider));
    return id === undefined ? [] : [{ provider, model_id: id }];
  });
  const own = having.find(({ provider }) => provider === current?.provider);
  const keyed = having.filter(({ provider }) => settings.providers[provider]?.missingKey === undefined);
  const [only, ...others] = keyed.length > 0 ? keyed : having;
  if (own !== undefined) return own;
  if (only === undefined) throw unknown(typed, settings, lists, given);
  if (others.length === 0) return only;
  throw new OccError(
    'model_ambiguous',
    `${typed} is a model of ${having.map(({ provider }) => provider).join(' and ')}`,
    {
      exitCode: exitCodes.usage,
      remedy: having.map((ref) => useCommand(toName(ref), given)).join('\n'),
    },
  );
}

function useCommand(model: string, { tier, fallback, config }: Given): string {
  const options = `${tier === undefined ? '' : ` --tier ${tier}`}${fallback === true ? ' --fallback' : ''}`;
  return `occ use ${model}${options}${configOption(config)}`;
}

/** `provider/model`. */
export function toName({ provider, model_id }: Ref): string {
  return `${provider}/${model_id}`;
}

function atProvider(
  provider: string,
  typed: string,
  settings: Settings,
  lists: CachedLists,
  given: Given,
): Ref {
  const ids = knownIds(settings, lists, provider);
  const id = findId(typed, ids);
  if (id !== undefined) return { provider, model_id: id };
  // Nothing is known of its models, so any id may be right.
  if (ids.length === 0 && typed !== '') return { provider, model_id: typed };
  throw unknown(`${provider}/${typed}`, settings, lists, given);
}

function findId(typed: string, ids: readonly string[]): string | undefined {
  return ids.find((id) => id === typed) ?? ids.find((id) => id.toLowerCase() === typed.toLowerCase());
}

function unknown(typed: string, settings: Settings, lists: CachedLists, given: Given): OccError {
  const refs = Object.keys(settings.providers).flatMap((provider) =>
    knownIds(settings, lists, provider).map((model_id): Ref => ({ provider, model_id })),
  );
  const near = nearest(
    typed,
    refs.flatMap((ref) => [toName(ref), ref.model_id]),
  );
  const within = refs.filter(({ model_id }) => model_id.includes(typed)).map(({ model_id }) => model_id);
  const meant = near === undefined ? [...new Set(within)].slice(0, 3) : [near];
  const slash = typed.indexOf('/');
  const provider = typed.slice(0, Math.max(0, slash));
  if (meant.length === 0 && provider !== '' && !Object.hasOwn(settings.providers, provider))
    return notConfigured(provider, typed, settings, given);
  return new OccError('model_unknown', `no provider that occ knows has a model ${typed}`, {
    exitCode: exitCodes.usage,
    remedy: [
      ...meant.map((name) => `did you mean ${name}? ${useCommand(name, given)}`),
      'occ models lists the models; occ models --refresh asks the providers for new ones',
    ].join('\n'),
  });
}

function notConfigured(provider: string, typed: string, settings: Settings, given: Given): OccError {
  const names = Object.keys(settings.providers);
  const near = nearest(provider, names);
  return new OccError(
    'model_unknown',
    `the provider "${provider}" is not configured; configured are ${names.join(', ')}`,
    {
      exitCode: exitCodes.usage,
      remedy:
        near === undefined
          ? `${addProviderCommands(provider, configOption(given.config))}\nthen again: ${useCommand(typed, given)}`
          : `did you mean ${near}? ${useCommand(`${near}/${typed.slice(provider.length + 1)}`, given)}`,
    },
  );
}
