/** The values that completions look up in the configuration. */
import { knownModels } from '../../catalog/known-models.ts';
import { readListCache } from '../../catalog/list-cache.ts';
import { loadSettings } from '../../config/load.ts';
import { findPlaces } from '../../config/paths.ts';
import { OccError } from '../../errors.ts';
import { tiers } from '../../proxy/policy/tiers.ts';
import type { System } from '../../terminal/command-context.ts';
import type { DynamicKind } from './shells.ts';

/** Nothing if the configuration is invalid: an error would appear in the line that the user types. */
export async function listValues(kind: DynamicKind, { env, home }: System): Promise<string[]> {
  try {
    const { settings } = await loadSettings({ env, home, runCommands: false });
    if (kind === 'providers') return Object.keys(settings.providers);
    const models = knownModels(settings, readListCache(findPlaces({ env, home }).cacheDir));
    const usable = models.filter(({ state }) => state !== 'retired');
    return [
      ...Object.keys(settings.models),
      ...tiers,
      ...usable.map(({ provider, id }) => `${provider}/${id}`),
    ];
  } catch (error) {
    if (error instanceof OccError) return [];
    throw error;
  }
}
