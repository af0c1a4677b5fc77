import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'jsonc-parser';
import { firstConfig } from '../../../lib/config/edit/first.ts';
import { dereference } from '../../../lib/config/file/lookup.ts';
import { configSchema } from '../../../lib/config/file/schema.ts';
import type { Schema } from '../../../lib/config/file/schema-node.ts';
import { publishedSchema, renderSchema } from '../../../lib/config/file/published-schema.ts';
import { defaultQuirks } from '../../../lib/wire/quirks.ts';

const ajv = new Ajv({ strict: true, allErrors: true });
const accepts = ajv.compile(JSON.parse(renderSchema()) as object);

const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** [description, configuration] */
const right: [string, unknown][] = [
  ['a configuration of oc-go-cc', JSON.parse(text('test/fixtures/seed-config.json'))],
  ['the template', parse(text('templates/config.jsonc'), [], { allowTrailingComma: true })],
  ['a first file', parse(firstConfig(), [], { allowTrailingComma: true })],
  ['nothing', {}],
  ['unknown keys', { prot: 1, models: { default: { model_id: 'x', colour: 'red' } } }],
  [
    'keys without effect',
    { aws_bedrock: { a: 1 }, catalog: true, storage: [], cost_routing: null, debug: 'x' },
  ],
  [
    'older names',
    { opencode_go: { stream_timeout_ms: 1 }, logging: { debug_capture: { max_file_size: 2048 } } },
  ],
  [
    'a command of either kind',
    { api_key_command: ['pass', 'x'], opencode_zen: { api_key_command: 'pass x' } },
  ],
  [
    'models of a provider as a list',
    { providers: { lab: { models: ['a', { model_id: 'b', vision: true }] } } },
  ],
  ['models of a provider by id', { providers: { lab: { models: { a: { vision: true } } } } }],
  ['every quirk', { models: { x: { quirks: defaultQuirks } } }],
  ['variables', { host: '${H}', opencode_go: { base_url: '${U}/v1' }, logging: { level: '${L:-info}' } }],
];

for (const [what, config] of right) {
  test(`editors accept ${what}`, () => {
    assert.equal(accepts(config), true, JSON.stringify(accepts.errors));
  });
}

/** [mistake, configuration, path] */
const wrong: [string, unknown, string][] = [
  ['a port as a string', { port: 'x' }, '/port'],
  ['a port out of range', { port: 70_000 }, '/port'],
  ['an unknown level', { logging: { level: 'loud' } }, '/logging/level'],
  ['an address that is not a URL', { opencode_go: { base_url: 'opencode.ai' } }, '/opencode_go/base_url'],
  ['a password in a URL', { providers: { a: { base_url: 'http://me:x@y/z' } } }, '/providers/a/base_url'],
  ['a model as a string', { models: { default: 'x' } }, '/models/default'],
  ['a number in a list of models', { providers: { a: { models: [1] } } }, '/providers/a/models'],
  [
    'a quirk of the wrong type',
    { models: { x: { quirks: { strictBody: 'yes' } } } },
    '/models/x/quirks/strictBody',
  ],
];

for (const [what, config, path] of wrong) {
  test(`editors mark ${what}`, () => {
    assert.equal(accepts(config), false);
    assert.ok(accepts.errors?.some(({ instancePath }) => instancePath.startsWith(path)));
  });
}

test('it contains every key with its description', () => {
  const names = (schema: Schema, seen: Set<Schema>): string[] => {
    const inner = dereference(schema);
    if (seen.has(inner)) return [];
    seen.add(inner);
    const { properties = {}, additionalProperties, items } = inner;
    const below = [additionalProperties, items, ...Object.values(properties)];
    return Object.keys(properties).concat(below.flatMap((value) => (value ? names(value, seen) : [])));
  };
  const published = renderSchema();
  const all = names(configSchema, new Set());
  assert.ok(all.length > 80);
  for (const name of all) assert.ok(published.includes(`"${name}":`), name);
  assert.equal(publishedSchema().properties?.['port']?.description, configSchema.properties.port.description);
  assert.equal(publishedSchema().properties?.['port']?.['default'], 3456);
});
