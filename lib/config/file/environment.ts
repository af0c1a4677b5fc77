/** Reads the environment variables that set keys of the configuration, as a layer of the same shape as the file. */
import type { Json, JsonObject } from '../../json.ts';
import type { Problem } from '../settings.ts';
import type { Environment } from './interpolate.ts';
import { renderPath, type Segment } from './json-path.ts';
import { childOf } from './lookup.ts';
import { configSchema } from './schema.ts';
import { formats, type Schema } from './schema-node.ts';
import { toConfigValue } from './value.ts';

interface Variable {
  segments: readonly string[];
  /** The first that is set and not empty wins. */
  names: readonly string[];
  schema: Schema;
}

const variables: readonly Variable[] = [...variablesBelow(configSchema, [])];

function* variablesBelow(schema: Schema, above: readonly string[]): Generator<Variable> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const segments = [...above, key];
    if (child.variables) yield { segments, names: child.variables, schema: child };
    for (const [name, names] of Object.entries(child.variablesOf ?? {}))
      yield { segments: [...segments, name], names, schema: childOf(child, name) ?? {} };
    yield* variablesBelow(child, segments);
  }
}

/** Every key of the configuration that variables set, with their names in the order of precedence. */
export const environmentVariables: readonly { path: string; names: readonly string[] }[] = variables.map(
  ({ segments, names }) => ({ path: renderPath(segments), names }),
);

/** The variables above that contain a key or a token. */
export const secretVariables: readonly string[] = variables
  .filter(({ schema }) => schema.secret !== undefined)
  .flatMap(({ names }) => names);

export interface EnvironmentLayer {
  tree: JsonObject;
  /** Path → the variable its value came from. */
  names: ReadonlyMap<readonly Segment[], string>;
  problems: Problem[];
}

/** An invalid variable becomes a problem with the variable's name as its path. */
export function readEnvironment(env: Environment): EnvironmentLayer {
  const tree: JsonObject = {};
  const names = new Map<readonly Segment[], string>();
  const problems: Problem[] = [];
  for (const { segments, names: candidates, schema } of variables) {
    const name = candidates.find((candidate) => env[candidate]?.trim());
    if (name === undefined) continue;
    const value = toValue(schema, env[name] ?? '');
    const expected = expectationOf(schema, value);
    if (expected !== undefined) {
      problems.push({ path: name, message: `the variable ${name}: expected ${expected}`, variable: name });
      continue;
    }
    // A single key takes precedence over a list, unlike in the file: only the older tools read lists.
    const single = renderPath(segments).replace(/s$/, '');
    if (schema.type === 'array' && [...names.keys()].some((path) => renderPath(path) === single)) continue;
    names.set(segments, name);
    put(tree, segments, value);
  }
  return { tree, names, problems };
}

function toValue(schema: Schema, given: string): Json {
  if (schema.type === 'array') {
    return given
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return schema.enum ? given.trim().toLowerCase() : toConfigValue(given, schema);
}

/** What the variable should have contained; undefined when the value is valid. */
function expectationOf(
  { type, format, enum: choices, minimum, maximum }: Schema,
  value: Json,
): string | undefined {
  if (type === 'integer') {
    const [least, most] = [minimum ?? 0, maximum ?? Number.MAX_SAFE_INTEGER];
    const valid = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
    return valid ? undefined : `a whole number from ${least} to ${most}`;
  }
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'true or false';
  if (choices) return choices.some((choice) => choice === value) ? undefined : `one of ${choices.join(', ')}`;
  if (format !== undefined) {
    const { accepts, expected } = formats[format];
    return typeof value === 'string' && accepts(value) ? undefined : expected;
  }
  return undefined;
}

function put(tree: JsonObject, [key = '', inner]: readonly string[], value: Json): void {
  if (inner === undefined) tree[key] = value;
  else tree[key] = { ...(tree[key] as JsonObject | undefined), [inner]: value };
}
