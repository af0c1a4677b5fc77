/** Adds the models of the cached provider lists to loaded settings. */
import { withListed } from './listed.ts';
import { readListCache } from './list-cache.ts';
import { findPlaces, type HomeContext } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';

export function freshSettings(settings: Settings, { env, home }: HomeContext): Settings {
  return withListed(settings, readListCache(findPlaces({ env, home }).cacheDir), Date.now());
}
