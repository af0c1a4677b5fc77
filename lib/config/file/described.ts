/** The keys of the configuration in words for users: groups of keys with type, default, meaning and variables. */
import { defaultQuirks } from '../../wire/quirks.ts';
import { renderPath } from './json-path.ts';
import { findKnown, type Known } from './known.ts';
import { dereference } from './lookup.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';

export interface DescribedKey {
  /** As in the file, below the path of its group. */
  name: string;
  /** `text`, `whole number`, `one of a, b`; undefined for any type. */
  type: string | undefined;
  default: string | undefined;
  /** A sentence or several. */
  meaning: string;
  /** The environment variables that set it. */
  variables: readonly string[];
}

export interface KeyGroup {
  /** Where the keys stand. */
  title: string;
  keys: readonly DescribedKey[];
}

const { definitions, properties } = configSchema;
const { retry, circuit_breaker, logging, ledger, budget } = properties;

/** Every key of the schema once, except that sections which share a schema are one group. */
export function describeKeys(): KeyGroup[] {
  const groups = groupsOfKeys();
  const older = groups.flatMap(([, prefix, entries]) =>
    entries.filter(isOlder).map(([name, schema]): Entry => [`${prefix}${name}`, schema]),
  );
  return [
    ...groups.map(([title, , entries]) =>
      group(
        title,
        entries.filter((entry) => !isOlder(entry)),
      ),
    ),
    group('Older names, and keys of other tools that have no effect', older),
  ];
}

/** The key that was found, and every key below it. `<name>` and `[0]` in a path stand for what the user chooses. */
export function describeKnown(known: Exclude<Known, { kind: 'unknown' | 'no path' }>): DescribedKey[] {
  const path = renderPath(known.segments);
  return known.kind === 'known'
    ? withBelow(path, known.schema).map(describe)
    : [describe([path, { withoutEffect: 'occ accepts it as other tools do' }])];
}

/** The keys with this last name, if it is not a path itself: `timeout_ms` of each kind of provider. */
export function describeNamed(name: string): DescribedKey[] {
  const known = findKnown(name);
  const paths = known.kind === 'unknown' ? known.alike.filter((path) => path.endsWith(`.${name}`)) : [];
  return paths.flatMap((path) => {
    const found = findKnown(path);
    return found.kind === 'known' ? describe([path, found.schema]) : [];
  });
}

function withBelow(path: string, schema: Schema): Entry[] {
  const [place, inner] = elementOf(path, schema);
  const below = inner === definitions.quirks ? quirkEntries() : flatten(inner.properties ?? {});
  const own: Entry = [path, schema];
  return [
    own,
    ...below.filter((entry) => !isOlder(entry)).map(([name, key]): Entry => [`${place}.${name}`, key]),
  ];
}

/** What a map or a list contains, with its place; anything else is its own element. */
function elementOf(path: string, schema: Schema): [place: string, element: Schema] {
  const { additionalProperties, items } = schema;
  if (additionalProperties !== undefined)
    return elementOf(`${path}.<name>`, dereference(additionalProperties));
  return items === undefined ? [path, schema] : elementOf(`${path}[0]`, dereference(items));
}

/** The paths of the keys that contain values: those of the built-in providers, and of the models of these scenarios. */
export function keyPaths(scenarios: readonly string[]): string[] {
  const places: Readonly<Record<string, readonly string[]>> = {
    '<model>.': scenarios.map((name) => `models.${name}.`),
    '<provider>.': ['opencode_go.', 'opencode_zen.'],
  };
  return groupsOfKeys().flatMap(([, prefix, entries]) => {
    const keys = entries.filter((entry) => !isOlder(entry) && isValue(entry)).map(([name]) => name);
    const above = places[prefix] ?? (prefix.includes('<') ? [] : [prefix]);
    return above.flatMap((path) => keys.map((key) => path + key));
  });
}

/** False for sections, and for maps from names that only the user knows. */
function isValue([, { $ref, type }]: Entry): boolean {
  return $ref === undefined && type !== 'object';
}

type Group = readonly [title: string, prefix: string, entries: readonly Entry[]];

function groupsOfKeys(): Group[] {
  const { builtIn, custom, model } = definitions;
  const top = Object.entries<Schema>(properties).filter(([name]) => !sections.has(name));
  const shared = Object.entries<Schema>(builtIn.properties).filter(([, schema]) =>
    isIn(custom.properties, schema),
  );
  const rest = Object.entries<Schema>(custom.properties).filter(
    ([, schema]) => !isIn(builtIn.properties, schema),
  );
  return [
    ['At the top', '', top],
    ['retry', 'retry.', Object.entries(retry.properties)],
    ['circuit_breaker', 'circuit_breaker.', Object.entries(circuit_breaker.properties)],
    ['logging', 'logging.', flatten(logging.properties)],
    ['ledger', 'ledger.', Object.entries(ledger.properties)],
    ['budget', 'budget.', Object.entries(budget.properties)],
    [
      'A model: models.<name>, fallbacks.<name>[0], model_overrides.<id>, model_family_overrides.<word>',
      '<model>.',
      flatten(model.properties),
    ],
    [
      'Quirks of a model, instead of what occ knows of it: models.<name>.quirks',
      '<model>.quirks.',
      quirkEntries(),
    ],
    ['Every provider: opencode_go, opencode_zen, providers.<name>', '<provider>.', shared],
    ['Only opencode_go and opencode_zen', '<provider>.', [['base_url', builtIn.properties.base_url]]],
    ['Only providers.<name>', 'providers.<name>.', rest],
  ];
}

const sections: ReadonlySet<string> = new Set(['retry', 'circuit_breaker', 'logging', 'ledger', 'budget']);

type Entry = readonly [name: string, schema: Schema];

function isIn(schemas: Readonly<Record<string, Schema>>, schema: Schema): boolean {
  return Object.values(schemas).includes(schema);
}

/** An alias, what is below one, or a key of any type that is accepted without effect. */
function isOlder([name, { aliasOf, withoutEffect, type }]: Entry): boolean {
  const below = name.split('.').length > 1 && isAlias(name.split('.')[0] ?? '');
  return aliasOf !== undefined || below || (withoutEffect !== undefined && type === undefined);
}

function isAlias(name: string): boolean {
  const schemas: Readonly<Record<string, Schema>> = logging.properties;
  return schemas[name]?.aliasOf !== undefined;
}

function group(title: string, entries: readonly Entry[]): KeyGroup {
  return { title, keys: entries.map(describe) };
}

/** Keys below objects are named by their path: `thinking.type`. */
function flatten(below: Readonly<Record<string, Schema>>, above: readonly string[] = []): Entry[] {
  return Object.entries(below).flatMap(([name, schema]): Entry[] => {
    const path = [...above, name];
    const own: Entry = [renderPath(path), schema];
    return [own].concat(flatten(schema.properties ?? {}, path));
  });
}

function quirkEntries(): Entry[] {
  const defaults: Readonly<Record<string, unknown>> = { ...defaultQuirks };
  return Object.entries(definitions.quirks.properties ?? {}).map(([name, schema]): Entry => {
    const value = defaults[name];
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return [name, known ? { ...schema, default: value } : schema];
  });
}

function describe([name, schema]: Entry): DescribedKey {
  const { default: value, description, variables = [], aliasOf, withoutEffect } = schema;
  const effect = withoutEffect === undefined ? [] : [`No effect: ${withoutEffect}.`];
  const meaning = aliasOf === undefined ? (description ?? '') : `The same as ${aliasOf}.`;
  return {
    name,
    type: typeOf(schema),
    default: isObscure(value) ? JSON.stringify(value) : value?.toString(),
    meaning: [...(schema.type === undefined && effect.length > 0 ? [] : [meaning]), ...effect].join(' '),
    variables,
  };
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['integer', 'whole number'],
  ['number', 'number'],
  ['boolean', 'true or false'],
  ['array', 'list'],
  ['object', 'object'],
]);

function typeOf({ type, $ref, enum: choices, minimum, maximum }: Schema): string | undefined {
  if ($ref !== undefined) return 'object';
  if (choices !== undefined) return `one of ${choices.join(', ')}`;
  if (type === undefined) return undefined;
  const names = [type].flat().map((name) => typeNames.get(name) ?? name);
  const limited = maximum !== undefined && maximum < 2 ** 31 - 1;
  return `${names.join(' or ')}${limited ? ` from ${minimum ?? 0} to ${maximum}` : ''}`;
}

/** As text it could not be distinguished from no value. */
function isObscure(value: Schema['default']): boolean {
  return Array.isArray(value) || (typeof value === 'string' && value.trim() === '');
}
