/** What providers have lately listed, beside what the bundled list and the configuration say of their models. Pure. */
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import type { CachedLists } from './list-cache.ts';
import { findModel } from './models.ts';
import { listAddress, type ListedModel } from './provider-list.ts';

/** Older lists say nothing any more, in milliseconds: thirty days. */
const longestMs = 30 * 24 * 3_600_000;

/** The list of the address that is configured now, however old; undefined where there is none. */
export function currentList(provider: Provider, lists: CachedLists): readonly ListedModel[] | undefined {
  return cachedFor(provider, lists)?.models;
}

function cachedFor(provider: Provider, lists: CachedLists): CachedLists[string] | undefined {
  const list = Object.hasOwn(lists, provider.name) ? lists[provider.name] : undefined;
  return list !== undefined && list.url === listAddress(provider)?.url ? list : undefined;
}

/**
 * The settings with every listed model that nobody else describes, so that it can be asked for by its id and has the
 * limits its provider tells. What the configuration says of a model stays as it is. `now` in milliseconds since 1970.
 */
export function withListed(settings: Settings, lists: CachedLists, now: number): Settings {
  const providers = Object.entries(settings.providers).map(([name, provider]) => {
    const list = cachedFor(provider, lists);
    const isFresh = list !== undefined && now - Date.parse(list.at) < longestMs;
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

/** The id under which a provider has this model, by the bundled list, the configuration or its own list. */
export function modelIdAt(provider: Provider, id: string): string | undefined {
  const known = findModel(provider.name, id);
  if (known !== undefined) return known.id;
  return Object.hasOwn(provider.models ?? {}, id) ? id : undefined;
}
