/** What holds in the end: flag over environment over file over default, and every mistake that was met on the way. */
import { isObject, type JsonObject } from '../../json.ts';
import { defaultFallbacks, defaultModels, schemaDefaults } from './defaults.ts';
import { toProviderName } from './entries.ts';
import { readEnvironment, type EnvironmentLayer } from './environment.ts';
import { interpolate, type Environment, type Placeholder } from './interpolate.ts';
import { renderPath, type Segment } from './json-path.ts';
import { mergeLayers, type Layer, type Merged } from './layers.ts';
import { locateProblems } from './locate.ts';
import { childOf } from './lookup.ts';
import { namedProviders, normalize, type NormalFile } from './normalize.ts';
import { findConfigFile, type FoundConfig } from '../paths.ts';
import { withoutPaths } from './prune.ts';
import { parseConfig, readConfigText } from './read.ts';
import type { Problem, Settings } from '../settings.ts';
import { configSchema, keys } from './schema.ts';
import { findUnmet, type Unmet } from './unmet.ts';
import { validateConfig } from './validate.ts';
import { findDangers, findSurprises } from './warnings.ts';

/** What was given on the command line; each wins over everything else. */
export interface Flags {
  host?: string;
  port?: number;
  authToken?: string;
  logLevel?: Settings['logging']['level'];
}

export interface EffectiveOptions {
  /** `--config`. */
  configFile?: string | undefined;
  env: Environment;
  flags?: Flags;
  /** The home directory, when it is not to be taken from `env`. */
  home?: string;
  /** Providers that are needed although no model entry names them (`-m openrouter/…`). */
  use?: readonly string[];
  /** Stands for what `configFile` holds: a text that is not written yet. */
  text?: string;
}

export interface Effective {
  source: FoundConfig | undefined;
  /** The text that was read; "" where there is none. */
  text: string;
  /** What the file says, as far as it is right. */
  file: NormalFile;
  merged: Merged;
  placeholders: readonly Placeholder[];
  unmet: Unmet;
  /** Providers that something names. */
  used: ReadonlySet<string>;
  problems: readonly Problem[];
  warnings: readonly Problem[];
}

/**
 * With problems, the rest of it is what would hold without the values at fault. Rejects with a ConfigError only where
 * nothing can be read at all: no such file, no JSON.
 */
export async function readEffective(options: EffectiveOptions): Promise<Effective> {
  const { env, home, configFile, flags = {} } = options;
  const source = findConfigFile({ env, configFile, ...(home !== undefined && { home }) });
  const written = source && (options.text ?? readConfigText(source.file));
  const file = await readSource(source, written, env);
  const environment = readEnvironment(env);
  const merged = mergeLayers(toLayers(file.normal, environment, flags));
  const tree = merged.tree as NormalFile;
  const used = new Set([...namedProviders(tree), ...(options.use ?? []).map(toProviderName)]);
  const unmet = findUnmet(file.placeholders, merged.origins, used);
  const sure = [...file.problems, ...environment.problems, ...unmet.problems];
  // A host that waits for a variable, or was no text, is told as that.
  const dangers = findDangers(tree).filter((danger) => !sure.some(({ path }) => path === danger.path));
  const problems = [...sure, ...dangers];
  const warnings = [...file.warnings, ...unmet.warnings, ...findSurprises(tree, file.normal, source)];
  const text = written ?? '';
  return {
    source,
    text,
    file: file.normal,
    merged,
    placeholders: file.placeholders,
    unmet,
    used,
    problems: locateProblems(text, problems),
    warnings: locateProblems(text, warnings),
  };
}

interface Source {
  normal: NormalFile;
  placeholders: Placeholder[];
  problems: Problem[];
  warnings: Problem[];
}

async function readSource(
  source: FoundConfig | undefined,
  text: string | undefined,
  env: Environment,
): Promise<Source> {
  if (source === undefined || text === undefined)
    return { normal: {}, placeholders: [], problems: [], warnings: [] };
  const { value, placeholders } = interpolate(parseConfig(text, source.file), env);
  const open = placeholders.filter(({ missing }) => missing).map(({ segments }) => renderPath(segments));
  const { problems, warnings } = await validateConfig(value as JsonObject, new Set(open));
  const wrong = problems.map(({ path }) => path);
  // Only what the schema has accepted is left, so it has the shape of a ConfigFile.
  const normal = normalize(withoutPaths(value as JsonObject, wrong));
  // A value that was taken out is not missing as well.
  const more = normal.problems.filter(({ path }) => !wrong.includes(path));
  return { normal: normal.file, placeholders, problems: [...problems, ...more], warnings };
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
  const tree = fitting(environment.tree, toTree(file));
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

/** Without the sections that only the file can create. */
function fitting(tree: JsonObject, file: JsonObject): JsonObject {
  const fits = (key: string): boolean =>
    file[key] !== undefined || !childOf(configSchema, key)?.onlyIfWritten;
  return Object.fromEntries(Object.entries(tree).filter(([key]) => fits(key)));
}

/** A key from the environment replaces every key of its section, whichever of the three spellings the file uses. */
function withoutOutvotedKeys(file: JsonObject, environment: JsonObject): JsonObject {
  const outvoted = Object.keys(keys).some((key) => environment[key] !== undefined);
  const without = Object.entries(file).filter(([key]) => !(outvoted && Object.hasOwn(keys, key)));
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
