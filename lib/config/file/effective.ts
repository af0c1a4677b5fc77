/** Reads the effective configuration (flags over environment over file over defaults) and collects every problem. */
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
import { findUnsafe, findWarnings } from './warnings.ts';

/** Options of the command line, which take precedence over everything else. */
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
  /** The home directory; by default that of `env`. */
  home?: string;
  /** Providers that are needed although no model entry names them, for example because of `-m openrouter/…`. */
  use?: readonly string[];
  /** Replaces the content of `configFile`, to validate a text before it is written. */
  text?: string;
}

export interface Effective {
  source: FoundConfig | undefined;
  /** The text that was read; "" without a file. */
  text: string;
  /** The valid part of the file. */
  file: NormalFile;
  merged: Merged;
  placeholders: readonly Placeholder[];
  unmet: Unmet;
  /** Providers that a model entry or `use` names. */
  used: ReadonlySet<string>;
  problems: readonly Problem[];
  warnings: readonly Problem[];
}

/**
 * If there are problems, the result describes the configuration without the invalid values. Rejects with a ConfigError
 * only if the file cannot be read or is not JSON.
 */
export async function readEffective(options: EffectiveOptions): Promise<Effective> {
  const { env, home, configFile, flags = {} } = options;
  const source = findConfigFile({ env, configFile, ...(home !== undefined && { home }) });
  const written = source && (options.text ?? (await readConfigText(source.file)));
  const file = await readSource(source, written, env);
  const environment = readEnvironment(env);
  const merged = mergeLayers(toLayers(file.normal, environment, flags));
  const tree = merged.tree as NormalFile;
  const used = new Set([...namedProviders(tree), ...(options.use ?? []).map(toProviderName)]);
  const unmet = findUnmet(file.placeholders, merged.origins, used);
  const certain = [...file.problems, ...environment.problems, ...unmet.problems];
  // A host that is invalid or waits for a variable is reported only once.
  const unsafe = findUnsafe(tree).filter((problem) => !certain.some(({ path }) => path === problem.path));
  const problems = [...certain, ...unsafe];
  const warnings = [...file.warnings, ...unmet.warnings, ...findWarnings(tree, file.normal, source)];
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
  const unset = placeholders.filter(({ missing }) => missing).map(({ segments }) => renderPath(segments));
  const { problems, warnings } = await validateConfig(value as JsonObject, new Set(unset));
  const invalid = problems.map(({ path }) => path);
  const normal = normalize(withoutPaths(value as JsonObject, invalid));
  // A value that was removed as invalid is not reported as missing.
  const more = normal.problems.filter(({ path }) => !invalid.includes(path));
  return { normal: normal.file, placeholders, problems: [...problems, ...more], warnings };
}

/** The built-in models apply only if the file has none, except that a missing `default` is always filled in. */
function toLayers(file: NormalFile, environment: EnvironmentLayer, flags: Flags): Layer[] {
  const models = file.models === undefined ? defaultModels : { default: defaultModels.default };
  const defaults = {
    ...schemaDefaults(),
    ...(file.models?.['default'] === undefined && { models }),
    ...(file.models === undefined && file.fallbacks === undefined && { fallbacks: defaultFallbacks }),
  };
  const given = {
    host: flags.host,
    port: flags.port,
    auth_token: flags.authToken,
    logging: { level: flags.logLevel },
  };
  const tree = withoutUnwritten(environment.tree, toTree(file));
  return [
    { tree: toTree(defaults), origin: () => 'default' },
    { tree: withoutOverriddenKeys(toTree(file), tree), origin: () => 'file' },
    { tree, origin: (segments) => `env ${variableAt(environment.names, segments)}` },
    { tree: toTree(given), origin: () => 'flag' },
  ];
}

/** A copy without undefined values. */
function toTree(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** Without the sections that only the file can create. */
function withoutUnwritten(tree: JsonObject, file: JsonObject): JsonObject {
  const applies = (key: string): boolean =>
    file[key] !== undefined || !childOf(configSchema, key)?.onlyIfWritten;
  return Object.fromEntries(Object.entries(tree).filter(([key]) => applies(key)));
}

/** A key from the environment replaces every key of its section, whichever of the three spellings the file uses. */
function withoutOverriddenKeys(file: JsonObject, environment: JsonObject): JsonObject {
  const overridden = Object.keys(keys).some((key) => environment[key] !== undefined);
  const without = Object.entries(file).filter(([key]) => !(overridden && Object.hasOwn(keys, key)));
  const kept: JsonObject = Object.fromEntries(without);
  const sections = Object.entries(environment).flatMap(([key, over]): [string, JsonObject][] => {
    const under = kept[key];
    return isObject(over) && isObject(under) ? [[key, withoutOverriddenKeys(under, over)]] : [];
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
