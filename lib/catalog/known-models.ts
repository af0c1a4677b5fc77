/** Merges configured models, the bundled list and the cached provider lists into all known models. Pure. */
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import { OccError } from '../errors.ts';
import type { WireFormat } from '../wire/formats.ts';
import type { CachedLists } from './list-cache.ts';
import { allModels, findModel, type Price } from './models.ts';
import { currentList } from './listed.ts';
import type { ListedModel } from './provider-list.ts';
import { knownLimits, toRoute } from './routes.ts';

/**
 * `listed`: in the list of its provider, or in the bundled list if that was not requested. `unlisted`: no longer in the
 * list of its provider. `retired`: removed by its provider. `unknown`: in no list.
 */
export type ModelState = 'listed' | 'unlisted' | 'retired' | 'unknown';

export interface KnownModel {
  provider: string;
  id: string;
  name: string;
  /** The family that the configuration states. */
  family?: string;
  /** The configuration keys that name it: "models.default", "fallbacks.think[0]". */
  configured: readonly string[];
  format: WireFormat;
  /** Context window: input and output tokens together. */
  context: number;
  /** Maximum output tokens. */
  output: number;
  /** Which of the two limits no list states, so that the number is assumed. */
  assumed: readonly ('context' | 'output')[];
  images: boolean;
  /** US dollars per million tokens, lowest tier; undefined if not known. */
  price: Price | undefined;
  /** Whether the provider trains on requests; undefined if not known. */
  trains: boolean | undefined;
  /** Works only with the provider's own client. */
  officialClientOnly: boolean;
  state: ModelState;
}

/** Configured models first, then by provider, in the order of its list. */
export function knownModels(settings: Settings, lists: CachedLists): KnownModel[] {
  const names = namesOf(settings);
  const found = new Map<string, KnownModel>();
  const add = (providerName: string, id: string, listed?: ListedModel): void => {
    const provider = settings.providers[providerName];
    const key = `${providerName}/${id}`;
    if (provider === undefined || found.has(key)) return;
    const entry = names.get(key)?.entry ?? { provider: providerName, model_id: id };
    const model = toKnown(
      entry,
      provider,
      names.get(key)?.configured ?? [],
      currentList(provider, lists),
      listed,
    );
    if (model) found.set(key, model);
  };
  for (const { entry } of names.values()) add(entry.provider, entry.model_id);
  for (const { provider, id } of allModels()) add(provider, id);
  for (const provider of Object.values(settings.providers)) {
    for (const id of Object.keys(provider.models ?? {})) add(provider.name, id);
    for (const listed of currentList(provider, lists) ?? []) add(provider.name, listed.id, listed);
  }
  return [...found.values()];
}

interface Named {
  entry: ModelEntry;
  configured: string[];
}

function namesOf({ models, fallbacks, modelOverrides, modelFamilyOverrides }: Settings): Map<string, Named> {
  const names = new Map<string, Named>();
  const add = (path: string, entry: ModelEntry): void => {
    const key = `${entry.provider}/${entry.model_id}`;
    const named = names.get(key) ?? { entry, configured: [] };
    named.configured.push(path);
    names.set(key, named);
  };
  const tables = { models, model_overrides: modelOverrides, model_family_overrides: modelFamilyOverrides };
  for (const [table, entries] of Object.entries(tables)) {
    for (const [name, entry] of Object.entries(entries)) add(`${table}.${name}`, entry);
  }
  for (const [name, entries] of Object.entries(fallbacks)) {
    for (const [i, entry] of entries.entries()) add(`fallbacks.${name}[${i}]`, entry);
  }
  return names;
}

/** Undefined if the provider has no endpoint for the model. */
function toKnown(
  entry: ModelEntry,
  provider: Provider,
  configured: readonly string[],
  list: readonly ListedModel[] | undefined,
  given: ListedModel | undefined,
): KnownModel | undefined {
  const bundled = findModel(provider.name, entry.model_id);
  const listed = given ?? list?.find(({ id }) => id === entry.model_id);
  const declared = provider.models?.[entry.model_id];
  const family = entry.family ?? declared?.family;
  try {
    const route = toRoute(entry, provider);
    const context = entry.context_window ?? declared?.context_window ?? bundled?.context ?? listed?.context;
    const output =
      entry.max_output_tokens ?? declared?.max_output_tokens ?? bundled?.output ?? listed?.output;
    const limits = knownLimits(entry, provider);
    return {
      provider: provider.name,
      id: route.modelId,
      name: bundled?.name ?? listed?.name ?? route.modelId,
      ...(family !== undefined && { family }),
      configured,
      format: route.format,
      context: context ?? route.contextWindow,
      output: output ?? route.maxOutputTokens,
      assumed: [
        ...(context === undefined && limits.context === undefined ? (['context'] as const) : []),
        ...(output === undefined && limits.output === undefined ? (['output'] as const) : []),
      ],
      images: route.images,
      price: bundled?.price,
      trains: bundled?.trains,
      officialClientOnly: bundled?.officialClientOnly ?? false,
      state: listed ? 'listed' : list ? 'unlisted' : bundled ? bundledState[bundled.status] : 'unknown',
    };
  } catch (error) {
    if (error instanceof OccError) return undefined;
    throw error;
  }
}

const bundledState = { active: 'listed', unlisted: 'unlisted', retired: 'retired' } as const;
