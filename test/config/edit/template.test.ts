import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { toRoute } from '../../../lib/catalog/routes.ts';
import { findModel } from '../../../lib/catalog/models.ts';
import { dereference } from '../../../lib/config/file/lookup.ts';
import { configSchema } from '../../../lib/config/file/schema.ts';
import { ownKeywords, type Schema } from '../../../lib/config/file/schema-node.ts';
import { defaultQuirks } from '../../../lib/wire/quirks.ts';
import { load } from '../scratch.ts';

const template = readFileSync(
  fileURLToPath(new URL('../../../templates/config.jsonc', import.meta.url)),
  'utf8',
);

test('the first configuration loads without a warning, with and without its key', async (t) => {
  const { settings } = await load(t, template);
  assert.deepEqual(settings.warnings, []);
  assert.equal(settings.authToken, undefined);
  assert.match(settings.providers['opencode-go']?.missingKey ?? '', /OPENCODE_API_KEY/);
  const keyed = await load(t, template, { env: { OPENCODE_API_KEY: 'sk-1' } });
  assert.equal(keyed.settings.providers['opencode-go']?.keys[0]?.reveal(), 'sk-1');
});

test('its models are the default models', async (t) => {
  const [written, built] = [await load(t, template), await load(t)];
  assert.deepEqual(written.settings.models, built.settings.models);
  assert.deepEqual(written.settings.fallbacks, built.settings.fallbacks);
});

test('the lines that are commented out in it are valid', async (t) => {
  // Prose starts with a letter, a line that is commented out with a quote or a brace.
  const text = template.replaceAll(/^ {2}\/\/ +(?=["}])/gm, '  ');
  assert.notEqual(text, template);
  const { settings } = await load(t, text, { env: { OPENROUTER_API_KEY: 'or' } });
  assert.deepEqual(settings.warnings, []);
  assert.equal(settings.providers['ollama']?.endpoints.chat, 'http://127.0.0.1:11434/v1/chat/completions');
  assert.equal(settings.providers['openrouter']?.keys[0]?.reveal(), 'or');
});

test('the default models are available, do not train on requests, accept images for vision, and have a million tokens of context', async (t) => {
  const { settings } = await load(t);
  const { models, fallbacks, providers } = settings;
  const entries = [
    ...Object.entries(models),
    ...Object.entries(fallbacks).flatMap(([name, list]) => list.map((entry) => [name, entry] as const)),
  ];
  assert.ok(entries.length > 20);
  for (const [scenario, entry] of entries) {
    const known = findModel(entry.provider, entry.model_id);
    assert.deepEqual(
      [known?.status, known?.trains, known?.officialClientOnly],
      ['active', false, false],
      entry.model_id,
    );
    assert.ok((known?.price.output ?? 0) > 0, `${entry.model_id} is of the free tier`);
    const provider = providers[entry.provider];
    assert.ok(provider);
    const route = toRoute(entry, provider);
    assert.ok(route.contextWindow >= 1_000_000);
    if (scenario === 'vision') assert.equal(route.images, true, entry.model_id);
  }
  for (const [scenario, list] of Object.entries(fallbacks)) {
    const chain = [models[scenario], ...list].map((entry) => entry?.model_id);
    assert.equal(new Set(chain).size, chain.length, scenario);
  }
});

test('a strict validator accepts the schema, and it has every quirk', () => {
  const ajv = new Ajv({
    strict: true,
    allowUnionTypes: true,
    formats: {
      'http-url': true,
      'host-name': true,
      budget: true,
      'quota-share': true,
      'paid-fallback': true,
    },
  });
  ajv.addVocabulary([...ownKeywords]);
  assert.equal(ajv.validateSchema(configSchema), true);
  const quirks: Readonly<Record<string, Schema>> =
    dereference({ $ref: '#/definitions/quirks' }).properties ?? {};
  assert.deepEqual(Object.keys(quirks).sort(), Object.keys(defaultQuirks).sort());
  const check = ajv.compile({ ...configSchema, $id: 'quirks' });
  assert.equal(check({ models: { x: { quirks: defaultQuirks } } }), true, JSON.stringify(check.errors));
});
