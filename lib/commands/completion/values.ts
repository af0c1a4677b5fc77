/** The values that completions look up while the user types. */
import { findPlaces } from '../../config/paths.ts';
import { OccError } from '../../errors.ts';
import { tiers } from '../../proxy/policy/tiers.ts';
import type { System } from '../../terminal/command-context.ts';
import type { DynamicKind } from './shells.ts';

/** Nothing if the configuration is invalid: an error would appear in the line that the user types. */
export async function listValues(kind: DynamicKind, { env, home }: System): Promise<string[]> {
  if (kind === 'checks') {
    const { checks } = await import('../../doctor/checks/checks.ts');
    return [...new Set(checks.map(({ code }) => code))];
  }
  try {
    const { loadSettings } = await import('../../config/load.ts');
    const { settings } = await loadSettings({ env, home, runCommands: false });
    if (kind === 'providers') return Object.keys(settings.providers);
    const { knownModels } = await import('../../catalog/known-models.ts');
    const { readListCache } = await import('../../catalog/list-cache.ts');
    const models = knownModels(settings, readListCache(findPlaces({ env, home }).cacheDir));
    const usable = models.filter(({ state }) => state !== 'retired');
    // bash and zsh offer only what begins as the typed word does, which is often the id alone.
    return [
      ...new Set([
        ...Object.keys(settings.models),
        ...tiers,
        ...usable.map(({ id }) => id),
        ...usable.map(({ provider, id }) => `${provider}/${id}`),
      ]),
    ];
  } catch (error) {
    if (error instanceof OccError) return [];
    throw error;
  }
}
