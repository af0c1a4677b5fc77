/** Everything occ was told, as one immutable snapshot, with every provider and key found. */
import { refuseProblems } from './config-error.ts';
import { readEffective, type EffectiveOptions } from './file/effective.ts';
import { secretVariables } from './file/environment.ts';
import type { Placeholder } from './file/interpolate.ts';
import { renderPath } from './file/json-path.ts';
import type { Merged, Origin } from './file/layers.ts';
import { secretAt } from './file/lookup.ts';
import type { NormalFile } from './file/normalize.ts';
import type { FoundConfig } from './paths.ts';
import { toProviders } from './providers/providers.ts';
import type { Settings } from './settings.ts';
import { toSnapshot } from './snapshot.ts';

export interface LoadOptions extends EffectiveOptions {
  /** False leaves `api_key_command` alone: for showing and checking. True unless given. */
  runCommands?: boolean;
  /** Ends the key commands that still run. */
  signal?: AbortSignal | undefined;
}

export interface LoadedSettings {
  settings: Settings;
  /** The file that was read, and whether it is another tool's; undefined when there is none. */
  source: FoundConfig | undefined;
  /** Path of every effective value, in the file's spelling (`models.default.model_id`) → where it came from. */
  origins: Readonly<Record<string, Origin>>;
  /** The same paths → the effective values; secrets are •••. */
  values: Merged['values'];
}

/** Rejects with a ConfigError (exit 78) that holds every mistake at once, or an OccError about a key or the file. */
export async function loadSettings(options: LoadOptions): Promise<LoadedSettings> {
  const { source, merged, placeholders, unmet, used, problems, warnings } = await readEffective(options);
  refuseProblems(source?.file, problems);
  const effective = merged.tree as NormalFile;
  const providers = await toProviders(effective, unmet.unready, used, {
    env: options.env,
    missing: unmet.missing,
    whence: (path) => inWords(path, merged.origins, source, placeholders),
    runCommands: options.runCommands ?? true,
    answers: new Map(),
    signal: options.signal,
  });
  return {
    settings: toSnapshot(effective, {
      ...(source !== undefined && { file: source.file }),
      providers,
      keyVariables: keyVariablesOf(placeholders),
      warnings,
    }),
    source,
    origins: Object.freeze(merged.origins),
    values: Object.freeze(merged.values),
  };
}

/** Where a value stands or stood, for an error that may not show the value. */
function inWords(
  path: string,
  origins: Merged['origins'],
  source: FoundConfig | undefined,
  placeholders: readonly Placeholder[],
): string {
  const origin = origins[path] ?? 'file';
  if (origin !== 'file') return `from ${origin}`;
  const variable = placeholders.find(({ segments }) => renderPath(segments) === path)?.variable;
  return `in ${source?.file ?? 'the configuration'}${variable === undefined ? '' : `, from the variable ${variable}`}`;
}

/** Known places for a key, and whatever variable the file names in a secret's place. */
function keyVariablesOf(placeholders: readonly Placeholder[]): string[] {
  const named = placeholders.filter(({ segments }) => secretAt(segments)).map(({ variable }) => variable);
  return [...new Set([...secretVariables, ...named])].sort();
}
