/** Adds the models of recent provider lists to the settings, next to bundled and configured models. Pure. */
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import type { CachedLists } from './list-cache.ts';
import { findModel } from './models.ts';
import { listAddress, type ListedModel } from './provider-list.ts';

/** Milliseconds after which a list is ignored: thirty days. */
const maxAgeMs = 30 * 24 * 3_600_000;

/** The list of the currently configured address, of any age; undefined if there is none. */
export function currentList(provider: Provider, lists: CachedLists): readonly ListedModel[] | undefined {
  return cachedFor(provider, lists)?.models;
}

function cachedFor(provider: Provider, lists: CachedLists): CachedLists[string] | undefined {
  const list = Object.hasOwn(lists, provider.name) ? lists[provider.name] : undefined;
  return list !== undefined && list.url === listAddress(provider)?.url ? list : undefined;
}

/**
 * Adds listed models that are neither bundled nor configured, so that they can be requested by id and have the limits
 * that their provider reports. `now` in milliseconds since 1970.
 */
export function withListed(settings: Settings, lists: CachedLists, now: number): Settings {
  const providers = Object.entries(settings.providers).map(([name, provider]) => {
    const list = cachedFor(provider, lists);
    const isFresh = list !== undefined && now - Date.parse(list.at) < maxAgeMs;
    return [name, isFresh ? withModels(provider, list.models) : provider] as const;
  });
  return { ...settings, providers: Object.fromEntries(providers) };
}

function withModels(provider: Provider, list: readonly ListedModel[]): Provider {
  const listed = list
    .filter(({ id }) => findModel(provider.name, id) === undefined)
    .map(({ id, context, output }): [string, Partial<ModelEntry>] => [
      id,
      {
        ...(context !== undefined && { context_window: context }),
        ...(output !== undefined && { max_output_tokens: output }),
      },
    ]);
  return { ...provider, models: { ...Object.fromEntries(listed), ...provider.models } };
}

/** The id of this model at the provider, from the bundled list, the configuration or its own list. */
export function modelIdAt(provider: Provider, id: string): string | undefined {
  const known = findModel(provider.name, id);
  if (known !== undefined) return known.id;
  return Object.hasOwn(provider.models ?? {}, id) ? id : undefined;
}
