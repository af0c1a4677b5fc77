/** The description of the configuration file is complete, and everything derived from it follows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment, secretVariables } from '../../../lib/config/file/environment.ts';
import { renderPath } from '../../../lib/config/file/json-path.ts';
import { childOf, dereference, secretAt } from '../../../lib/config/file/lookup.ts';
import { publishedSchema } from '../../../lib/config/file/published-schema.ts';
import { configSchema } from '../../../lib/config/file/schema.ts';
import type { Schema } from '../../../lib/config/file/schema-node.ts';
import { load, minimal, refusal } from '../scratch.ts';

interface Key {
  segments: string[];
  schema: Schema;
  siblings: Readonly<Record<string, Schema>>;
}

/** Every described key; those of the items of lists and maps under the name "x". */
function* keysBelow(schema: Schema, above: string[] = []): Generator<Key> {
  const { properties = {}, additionalProperties, items } = dereference(schema);
  for (const [name, inner] of Object.entries(properties)) {
    yield { segments: [...above, name], schema: inner, siblings: properties };
    yield* keysBelow(inner, [...above, name]);
  }
  const inner = additionalProperties ?? items;
  if (inner !== undefined) yield* keysBelow(inner, [...above, 'x']);
}

const keys = [...keysBelow(configSchema)];
/** Without the fields of `quirks`, which lib/wire/quirks.ts explains. */
const explained = keys.filter(({ segments }) => !segments.includes('quirks'));

/** A file in which only the key at this path is set. */
function fileWith(segments: readonly string[], value: unknown): object {
  return segments.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
}

/** `retry.max_ms` → settings.retry.maxMs */
function settingAt(settings: object, segments: readonly string[]): unknown {
  return segments.reduce<unknown>((value, segment) => {
    const name = segment.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return (value as Record<string, unknown>)[name];
  }, settings);
}

test('every key has a help text', () => {
  assert.ok(explained.length > 100);
  for (const { segments, schema } of explained) {
    const { description, properties, enum: choices } = dereference(schema);
    assert.ok(description ?? properties ?? choices, renderPath(segments));
  }
});

test('an alias stands for a key beside it and has the same type', () => {
  const aliases = keys.filter(({ schema }) => schema.aliasOf !== undefined);
  assert.ok(aliases.length >= 3);
  for (const { segments, schema, siblings } of aliases) {
    const inCaptures = configSchema.properties.logging.properties.captures.properties;
    const target = { ...inCaptures, ...siblings }[schema.aliasOf ?? ''];
    assert.equal(target?.type, schema.type, renderPath(segments));
    assert.equal(target?.aliasOf, undefined);
  }
});

test('every key without effect gives its reason, in the published schema and as a warning', async (t) => {
  const idle = keys.filter(({ schema }) => schema.withoutEffect !== undefined);
  assert.ok(idle.length > 10);
  for (const { segments, schema } of idle) {
    const value = schema.default ?? 2048;
    const { settings } = await load(t, { ...minimal, ...fileWith(segments, value) });
    assert.deepEqual(
      settings.warnings.map(({ path, message }) => [path, message]),
      [[renderPath(segments), `is accepted but has no effect: ${schema.withoutEffect ?? ''}`]],
    );
  }
  const { aws_bedrock: published } = publishedSchema().properties ?? {};
  assert.match(published?.description ?? '', /No effect: occ does not support AWS Bedrock\./);
});

test('every key with a default is a setting, is validated, and can be changed by the file', async (t) => {
  const settable = keys.filter(
    ({ segments, schema }) =>
      schema.default !== undefined &&
      !segments.some((name) =>
        ['opencode_go', 'opencode_zen', 'openrouter', 'providers', 'debug_capture'].includes(name),
      ),
  );
  assert.ok(settable.length >= 18);
  const { settings, values } = await load(t, minimal);
  for (const { segments, schema } of settable) {
    const path = renderPath(segments);
    const list = Array.isArray(schema.default);
    assert.deepEqual(settingAt(settings, segments), schema.default, path);
    assert.deepEqual(values[path], schema.default, path);
    const [problem] = await refusal(t, { ...minimal, ...fileWith(segments, list ? {} : []) });
    assert.equal(problem?.path, path);
    const other = otherThan(schema);
    const changed = await load(t, { ...minimal, ...fileWith(segments, other) });
    assert.deepEqual(settingAt(changed.settings, segments), other, path);
    assert.equal(changed.origins[list ? `${path}[0]` : path], 'file', path);
  }
});

function otherThan({ default: value, enum: choices, format }: Schema): unknown {
  if (format === 'quota-share') return 80;
  if (format === 'paid-fallback') return 'never';
  if (Array.isArray(value)) return ['other.example'];
  if (choices) return choices.find((choice) => choice !== value);
  if (typeof value === 'boolean') return !value;
  if (value === 'off') return '5M tokens';
  return typeof value === 'number' ? value + 1 : '127.0.0.2';
}

test('every described variable is read, and those of secrets are known as such', () => {
  const described: { name: string; path: string[]; schema: Schema }[] = [];
  for (const { segments, schema } of keys) {
    for (const name of schema.variables ?? []) described.push({ name, path: segments, schema });
    for (const [key, names] of Object.entries(schema.variablesOf ?? {}))
      for (const name of names)
        described.push({ name, path: [...segments, key], schema: childOf(schema, key) ?? {} });
  }
  assert.ok(described.length > 25);
  for (const { name, path, schema } of described) {
    const { names, problems } = readEnvironment({ [name]: sampleOf(schema) });
    assert.deepEqual(problems, []);
    assert.deepEqual([...names], [[path, name]]);
    assert.equal(secretVariables.includes(name), secretAt(path) !== undefined, name);
  }
});

function sampleOf({ type, format, enum: choices, minimum = 0 }: Schema): string {
  if (type === 'integer') return String(minimum);
  if (type === 'boolean') return 'true';
  return String(choices?.[0] ?? (format === undefined ? 'x' : 'https://example.com/v1'));
}

test('keys, tokens, commands and headers are secret wherever they stand', () => {
  const secrets = [
    ['api_key'],
    ['api_keys', 0],
    ['auth_token'],
    ['opencode_go', 'api_key'],
    ['providers', 'lab', 'api_key_command', 1],
    ['providers', 'lab', 'headers', 'X-Key'],
    ['openrouter', 'headers', 'X-Key'],
    ['misplaced', 'api_keys', 0],
    ['models', 'default', 'api_key'],
  ];
  for (const segments of secrets) assert.ok(secretAt(segments), renderPath(segments));
  for (const segments of [['port'], ['models', 'headers', 'model_id'], ['providers', 'lab', 'headers']])
    assert.equal(secretAt(segments), undefined, renderPath(segments));
});
