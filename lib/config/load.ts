/** Loads the effective configuration as one immutable snapshot, with endpoints and keys of every provider. */
import { resolve } from 'node:path';
import { ConfigError, refuseProblems } from './config-error.ts';
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
  /** Whether `api_key_command` is run; true by default. */
  runCommands?: boolean;
  /** Stops the key commands that are still running. */
  signal?: AbortSignal | undefined;
}

export interface LoadedSettings {
  settings: Settings;
  /** The file that was read; undefined without one. */
  source: FoundConfig | undefined;
  /** Path of every effective value (`models.default.model_id`) → its origin. */
  origins: Readonly<Record<string, Origin>>;
  /** The same paths → the effective values, with secrets masked. */
  values: Merged['values'];
}

/** Rejects with a ConfigError (exit code 78) that lists every problem, or with an OccError about a key or the file. */
export async function loadSettings(options: LoadOptions): Promise<LoadedSettings> {
  try {
    return await load(options);
  } catch (error) {
    const { configFile } = options;
    throw error instanceof ConfigError && configFile !== undefined ? error.about(configFile) : error;
  }
}

async function load(options: LoadOptions): Promise<LoadedSettings> {
  const { source, merged, placeholders, unmet, used, problems, warnings } = await readEffective(options);
  refuseProblems(source?.file, problems);
  const effective = merged.tree as NormalFile;
  const providers = await toProviders(effective, unmet.unready, used, {
    env: options.env,
    missing: unmet.missing,
    describeOrigin: (path) => describeOrigin(path, merged.origins, source, placeholders),
    hasFile: source !== undefined,
    runCommands: options.runCommands ?? true,
    commandResults: new Map(),
    signal: options.signal,
  });
  return {
    settings: toSnapshot(effective, {
      ...(source !== undefined && { file: source.file }),
      ...(source?.by === '--config' && { configOption: resolve(source.file) }),
      providers,
      keyVariables: keyVariablesOf(placeholders),
      warnings,
    }),
    source,
    origins: Object.freeze(merged.origins),
    values: Object.freeze(merged.values),
  };
}

/** The origin of a value, for errors that must not show the value. */
function describeOrigin(
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

/** The known variables for keys, and those that the file names in the place of a secret. */
function keyVariablesOf(placeholders: readonly Placeholder[]): string[] {
  const named = placeholders.filter(({ segments }) => secretAt(segments)).map(({ variable }) => variable);
  return [...new Set([...secretVariables, ...named])].sort();
}
