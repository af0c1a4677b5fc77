/** Warns about models of the configuration that no provider serves, or that train on your data. */
import { readListCache, type CachedLists } from '../../catalog/list-cache.ts';
import { knownIds, modelCautions, type ModelCaution } from '../../catalog/model-cautions.ts';
import { remoteFallbacks } from '../../catalog/remote-fallbacks.ts';
import { renderPath, type Segment } from '../../config/file/json-path.ts';
import { loadSettings } from '../../config/load.ts';
import { findPlaces } from '../../config/paths.ts';
import type { ModelEntry, Problem, Settings } from '../../config/settings.ts';
import { OccError } from '../../errors.ts';
import { toSource, type ConfigCall } from './call.ts';
import { modelCommand, setCommand } from './commands.ts';

/** `changed` is what was set: an entry, something above entries, or a field of one. */
export async function servedWarnings(
  call: ConfigCall,
  file: string,
  changed: readonly Segment[],
): Promise<Problem[]> {
  if (!tables.has(String(changed[0]))) return [];
  const settings = await readSettings(call, file);
  if (settings === undefined) return [];
  const concerns = (segments: readonly Segment[]): boolean => isConcerned(segments, changed);
  const leaving = entriesOf(settings)
    .filter(({ segments: [table], segments }) => table === 'models' && concerns(segments))
    .flatMap(({ segments, entry }) =>
      leavingWarning(settings, String(segments[1]), entry, call.options.config),
    );
  return [...modelWarnings(call, settings, concerns), ...leaving];
}

/** That a model on this machine has fallbacks elsewhere, which its user may not expect. */
export function leavingWarning(
  settings: Settings,
  scenario: string,
  ref: Pick<ModelEntry, 'provider' | 'model_id'>,
  config: string | undefined,
): Problem[] {
  const providers = remoteFallbacks(settings, scenario, ref);
  if (providers.length === 0) return [];
  return [
    {
      path: renderPath(['models', scenario]),
      message: `if ${ref.provider} fails, ${providers.join(' or ')} gets the request`,
      remedy: `${setCommand(['fallbacks', scenario], '[]', config)}   keeps it on this machine`,
    },
  ];
}

/** About the entries that `concerns` selects; by default about all. */
export function modelWarnings(
  { system, options }: Pick<ConfigCall, 'system' | 'options'>,
  settings: Settings,
  concerns: (segments: readonly Segment[]) => boolean = () => true,
): Problem[] {
  const lists = readListCache(findPlaces(system).cacheDir);
  return entriesOf(settings)
    .filter(({ segments }) => concerns(segments))
    .flatMap((named) =>
      modelCautions(settings, lists, named.entry).map((caution): Problem => {
        const { message, remedy } = adviseOn(caution, named, settings, lists, options.config);
        return { path: renderPath(named.segments), message, remedy };
      }),
    );
}

/** More would hide the message. */
const mostCommands = 3;

/** For an id that its provider does not serve: the providers that do, or may, and the nearest id. */
function adviseOn(
  { kind, message, near }: ModelCaution,
  { segments, entry: { provider, model_id } }: Named,
  settings: Settings,
  lists: CachedLists,
  config: string | undefined,
): { message: string; remedy: string } {
  const listing = 'occ models lists the models';
  if (kind !== 'unknown') return { message, remedy: listing };
  const command = (ref: { provider: string; model_id: string }): string =>
    modelCommand(segments, ref, config);
  const others = Object.values(settings.providers).flatMap(({ name, endpoints }): string[] => {
    if (name === provider || Object.keys(endpoints).length === 0) return [];
    const ids = knownIds(settings, lists, name);
    const id = ids.find((known) => known.toLowerCase() === model_id.toLowerCase());
    if (id !== undefined) return [`${name} serves it: ${command({ provider: name, model_id: id })}`];
    // Nothing is known of its models.
    return ids.length === 0 && near === undefined
      ? [`if it is a model of ${name}: ${command({ provider: name, model_id })}`]
      : [];
  });
  const meant = near === undefined ? [] : [`did you mean ${near}? ${command({ provider, model_id: near })}`];
  const lines = [...meant, ...others].slice(0, mostCommands);
  return {
    message: others.length === 0 || near !== undefined ? message : `${message}, to which its requests go`,
    remedy: lines.length === 0 ? listing : lines.join('\n'),
  };
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

/** The entry that the path is in or names; undefined above entries and outside the tables. */
export function entryAt(segments: readonly Segment[]): Segment[] | undefined {
  const [table] = segments;
  const length = table === 'fallbacks' ? 3 : 2;
  return tables.has(String(table)) && segments.length >= length ? segments.slice(0, length) : undefined;
}

/** The fields that name the model of an entry. */
export const naming: ReadonlySet<unknown> = new Set(['model_id', 'model_ref', 'provider']);

/** Whether the entry is at or below the change, or the change is a field of it that names the model. */
function isConcerned(entry: readonly Segment[], changed: readonly Segment[]): boolean {
  const shared = Math.min(entry.length, changed.length);
  const related = entry
    .slice(0, shared)
    .every((segment, index) => String(segment) === String(changed[index]));
  return related && (changed.length <= entry.length || naming.has(changed[entry.length]));
}
