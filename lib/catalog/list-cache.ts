/** Stores the last model lists of the providers in the cache directory. An unreadable cache counts as empty. */
import { readBounded } from '../bounded-file.ts';
import { join } from 'node:path';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';
import { isObject, parseJson, toNumber, toText, type JsonObject } from '../json.ts';
import type { ListedModel } from './provider-list.ts';

export interface CachedList {
  /** ISO 8601. */
  at: string;
  /** The address of the list. It is ignored if the provider has another address now. */
  url: string;
  models: readonly ListedModel[];
}

/** By the provider's name. */
export type CachedLists = Readonly<Record<string, CachedList>>;

/** The file with the lists of models, in the cache folder. */
export function listCacheFile(cacheDir: string): string {
  return join(cacheDir, 'models.json');
}

/** More than the lists of all providers have. */
const maxBytes = 64 * 1024 * 1024;

/** The stored lists by provider; none for a file that is missing, invalid, or of another version. Never throws. */
export function readListCache(cacheDir: string): CachedLists {
  try {
    const value = parseJson(readBounded(listCacheFile(cacheDir), maxBytes).toString('utf8'));
    const providers =
      isObject(value) && value['schema'] === 1 && isObject(value['providers']) ? value['providers'] : {};
    return Object.fromEntries(Object.entries(providers).flatMap(([name, list]) => toEntry(name, list)));
  } catch {
    return {};
  }
}

/** Replaces the lists of the given providers. Throws the system's error if the file cannot be written. */
export function writeListCache(cacheDir: string, lists: CachedLists): void {
  makePrivateDirectory(cacheDir);
  const providers = { ...readListCache(cacheDir), ...lists };
  writeRuntimeFile(listCacheFile(cacheDir), `${JSON.stringify({ schema: 1, providers })}\n`);
}

function toEntry(name: string, list: unknown): [string, CachedList][] {
  if (!isObject(list) || !Array.isArray(list['models'])) return [];
  const models = list['models'].filter(isObject).map(toModel);
  return [
    [
      name,
      { at: toText(list['at']), url: toText(list['url']), models: models.filter(({ id }) => id !== '') },
    ],
  ];
}

function toModel(model: JsonObject): ListedModel {
  const [name, context, output] = [
    toText(model['name']),
    toNumber(model['context']),
    toNumber(model['output']),
  ];
  return {
    id: toText(model['id']),
    ...(name !== '' && { name }),
    ...(context !== undefined && { context }),
    ...(output !== undefined && { output }),
  };
}
