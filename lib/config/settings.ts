/** Everything occ was told, as one immutable snapshot: flag over environment over file over default, with origins. */
import { isObject, type JsonObject } from '../stream/json.ts';
import { ConfigError } from './config-error.ts';
import { defaultFallbacks, defaultModels, schemaDefaults } from './defaults.ts';
import { toProviderName } from './entries.ts';
import { readEnvironment, secretVariables, type EnvironmentLayer } from './environment.ts';
import type { ConfigFile } from './file.ts';
import { interpolate, type Environment, type Placeholder } from './interpolate.ts';
import { renderPath, type Segment } from './json-path.ts';
import { mergeLayers, secretAt, type Layer, type Merged, type Origin } from './layers.ts';
import { namedProviders, normalize, type NormalFile } from './normalize.ts';
import { findConfigFile, type FoundConfig } from './paths.ts';
import { toProviders } from './providers.ts';
import { readConfigFile } from './read.ts';
import type { Problem, Settings } from './schema.ts';
import { toSnapshot } from './snapshot.ts';
import { findUnmet } from './unmet.ts';
import { validateConfig } from './validate.ts';
import { findDangers, findSurprises } from './warnings.ts';

/** What was given on the command line; each wins over everything else. */
export interface Flags {
  host?: string;
  port?: number;
  authToken?: string;
  logLevel?: Settings['logging']['level'];
}

export interface LoadOptions {
  /** `--config`. */
  configFile?: string | undefined;
  env: Environment;
  flags?: Flags;
  /** The home directory, when it is not to be taken from `env`. */
  home?: string;
  /** Providers that are needed although no model entry names them (`-m openrouter/…`). */
  use?: readonly string[];
  /** False leaves `api_key_command` alone: for showing and checking. True unless given. */
  runCommands?: boolean;
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
  const { env, home, configFile, flags = {} } = options;
  const source = findConfigFile({ env, configFile, ...(home !== undefined && { home }) });
  const { file, placeholders, warnings } = await readSource(source, env);
  const environment = readEnvironment(env);
  fail(undefined, environment.problems);

  const merged = mergeLayers(toLayers(file, environment, flags));
  const effective = merged.tree as NormalFile;
  const used = new Set([...namedProviders(effective), ...(options.use ?? []).map(toProviderName)]);
  const unmet = findUnmet(placeholders, merged.origins, used);
  fail(source, unmet.problems);
  fail(undefined, findDangers(effective));

  const providers = await toProviders(effective, unmet.unready, used, {
    env,
    missing: unmet.missing,
    whence: (path) => inWords(path, merged.origins, source, placeholders),
    runCommands: options.runCommands ?? true,
    answers: new Map(),
  });
  return {
    settings: toSnapshot(effective, {
      ...(source !== undefined && { file: source.file }),
      providers,
      keyVariables: keyVariablesOf(placeholders),
      warnings: [...warnings, ...unmet.warnings, ...findSurprises(effective, file, source)],
    }),
    source,
    origins: Object.freeze(merged.origins),
    values: Object.freeze(merged.values),
  };
}

interface Source {
  file: NormalFile;
  placeholders: Placeholder[];
  warnings: Problem[];
}

async function readSource(source: FoundConfig | undefined, env: Environment): Promise<Source> {
  if (source === undefined) return { file: {}, placeholders: [], warnings: [] };
  const { value, placeholders } = interpolate(readConfigFile(source.file), env);
  const open = placeholders.filter(({ missing }) => missing).map(({ segments }) => renderPath(segments));
  const { problems, warnings } = await validateConfig(value as JsonObject, new Set(open));
  fail(source, problems);
  // The schema has just accepted it.
  const normal = normalize(value as ConfigFile);
  fail(source, normal.problems);
  return { file: normal.file, placeholders, warnings };
}

function fail(source: FoundConfig | undefined, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(source?.file, problems);
}

/** The built-in models stand for a file that has none; a file that has some is not mixed with them, `default` excepted. */
function toLayers(file: NormalFile, environment: EnvironmentLayer, flags: Flags): Layer[] {
  const models = file.models === undefined ? defaultModels : { default: defaultModels.default };
  const defaults = {
    ...schemaDefaults(),
    ...(file.models?.['default'] === undefined && { models }),
    ...(file.models === undefined && file.fallbacks === undefined && { fallbacks: defaultFallbacks }),
  };
  const asked = {
    host: flags.host,
    port: flags.port,
    auth_token: flags.authToken,
    logging: { level: flags.logLevel },
  };
  const tree = fitting(environment.tree, file);
  return [
    { tree: toTree(defaults), origin: () => 'default' },
    { tree: withoutOutvotedKeys(toTree(file), tree), origin: () => 'file' },
    { tree, origin: (segments) => `env ${variableAt(environment.names, segments)}` },
    { tree: toTree(asked), origin: () => 'flag' },
  ];
}

/** A copy without what is undefined. */
function toTree(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** A key for OpenRouter in the environment does not make a provider of it; a section in the file does. */
function fitting(tree: JsonObject, file: NormalFile): JsonObject {
  const { openrouter, ...rest } = tree;
  return file.openrouter === undefined || openrouter === undefined ? rest : tree;
}

/** A key from the environment stands for all the keys of its section, however the file spells them. */
function withoutOutvotedKeys(file: JsonObject, environment: JsonObject): JsonObject {
  const outvoted = environment['api_key'] !== undefined || environment['api_keys'] !== undefined;
  const without = Object.entries(file).filter(([key]) => !(outvoted && key.startsWith('api_key')));
  const kept: JsonObject = Object.fromEntries(without);
  const sections = Object.entries(environment).flatMap(([key, over]): [string, JsonObject][] => {
    const under = kept[key];
    return isObject(over) && isObject(under) ? [[key, withoutOutvotedKeys(under, over)]] : [];
  });
  return { ...kept, ...Object.fromEntries(sections) };
}

function variableAt(names: EnvironmentLayer['names'], segments: readonly Segment[]): string {
  const path = renderPath(segments);
  for (const [at, name] of names) {
    const start = renderPath(at);
    if (path === start || path.startsWith(`${start}[`)) return name;
  }
  return '';
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
