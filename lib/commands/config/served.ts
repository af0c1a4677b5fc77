/** Warns about models that a change of the configuration names and that nobody serves, or that train on your data. */
import { readListCache } from '../../catalog/list-cache.ts';
import { modelCautions } from '../../catalog/model-cautions.ts';
import { parsePath, renderPath, type Segment } from '../../config/file/json-path.ts';
import { loadSettings } from '../../config/load.ts';
import { findPlaces } from '../../config/paths.ts';
import type { ModelEntry, Problem, Settings } from '../../config/settings.ts';
import { OccError } from '../../errors.ts';
import { toSource, type ConfigCall } from './call.ts';

/** `path` is what was set: an entry, something above entries, or a field of one. */
export async function servedWarnings(call: ConfigCall, file: string, path: string): Promise<Problem[]> {
  const changed = parsePath(path) ?? [];
  if (!tables.has(String(changed[0]))) return [];
  const settings = await readSettings(call, file);
  if (settings === undefined) return [];
  const lists = readListCache(findPlaces(call.system).cacheDir);
  return entriesOf(settings)
    .filter(({ segments }) => isConcerned(segments, changed))
    .flatMap(({ segments, entry }) =>
      modelCautions(settings, lists, entry).map(({ message, near }): Problem => {
        const at = renderPath(segments);
        const remedy = near === undefined ? 'occ models lists the models' : `did you mean ${near}?`;
        return { path: at, message, remedy };
      }),
    );
}

/** Undefined if the environment makes the configuration invalid. */
async function readSettings(call: ConfigCall, file: string): Promise<Settings | undefined> {
  try {
    return (await loadSettings({ ...toSource(call), configFile: file, runCommands: false })).settings;
  } catch (error) {
    if (error instanceof OccError) return undefined;
    throw error;
  }
}

const tables: ReadonlySet<string> = new Set([
  'models',
  'fallbacks',
  'model_overrides',
  'model_family_overrides',
]);

interface Named {
  segments: Segment[];
  entry: ModelEntry;
}

function entriesOf(settings: Settings): Named[] {
  const { models, fallbacks, modelOverrides, modelFamilyOverrides } = settings;
  const single = { models, model_overrides: modelOverrides, model_family_overrides: modelFamilyOverrides };
  return [
    ...Object.entries(single).flatMap(([table, entries]) =>
      Object.entries(entries).map(([name, entry]): Named => ({ segments: [table, name], entry })),
    ),
    ...Object.entries(fallbacks).flatMap(([name, list]) =>
      list.map((entry, index): Named => ({ segments: ['fallbacks', name, index], entry })),
    ),
  ];
}

const naming: ReadonlySet<unknown> = new Set(['model_id', 'model_ref', 'provider']);

/** Whether the entry is at or below the change, or the change is a field of it that names the model. */
function isConcerned(entry: readonly Segment[], changed: readonly Segment[]): boolean {
  const shared = Math.min(entry.length, changed.length);
  const related = entry
    .slice(0, shared)
    .every((segment, index) => String(segment) === String(changed[index]));
  return related && (changed.length <= entry.length || naming.has(changed[entry.length]));
}
