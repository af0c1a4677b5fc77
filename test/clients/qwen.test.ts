import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { qwen } from '../../lib/clients/qwen.ts';
import { toArray, toObject, type JsonObject } from '../../lib/json.ts';
import { folder, prepare, token, url } from './ready.ts';

type Made = Awaited<ReturnType<typeof prepare>>;

const settingsIn = (made: Made): JsonObject =>
  JSON.parse(made.folder?.files['settings.json'] ?? '') as JsonObject;
const modelsIn = (made: Made): JsonObject[] =>
  toArray(toObject(settingsIn(made)['modelProviders'])['anthropic']).map(toObject);

/** No settings of an administrator, whatever the machine has. */
const env = { QWEN_CODE_SYSTEM_SETTINGS_PATH: '/nowhere/settings.json' };

test('a file of settings that win over those of the user, and the token in the environment only', async () => {
  const made = await prepare(qwen, { env, args: ['-p', 'hi'] });
  assert.deepEqual(made.args, ['--auth-type', 'anthropic', '--model', 'occ-auto', '-p', 'hi']);
  assert.equal(made.env['QWEN_CODE_SYSTEM_SETTINGS_PATH'], join(folder, 'settings.json'));
  assert.equal(made.env['QWEN_CODE_SYSTEM_DEFAULTS_PATH'], '/nowhere/system-defaults.json');
  assert.equal(made.env['ANTHROPIC_API_KEY'], token);
  assert.deepEqual(made.secrets, ['ANTHROPIC_API_KEY']);
  const settings = settingsIn(made);
  assert.deepEqual(settings['security'], { auth: { selectedType: 'anthropic' } });
  assert.equal(settings['fastModel'], '', 'none of the user, which would bypass occ');
  assert.equal(JSON.stringify(settings).includes(token), false);
  for (const model of modelsIn(made)) {
    assert.equal(model['baseUrl'], url);
    assert.equal(model['envKey'], 'ANTHROPIC_API_KEY');
  }
});

test('the client waits for a silent model as long as occ does, unless the user has set a limit', async () => {
  const made = await prepare(qwen, { env: { ...env, QWEN_STREAM_IDLE_TIMEOUT_MS: '5000' } });
  assert.equal(made.env['QWEN_STREAM_IDLE_TIMEOUT_MS'], '5000');
  assert.equal(made.env['QWEN_STREAM_MAX_LIFETIME_MS'], '3600000');
  assert.equal((await prepare(qwen, { env })).env['QWEN_STREAM_IDLE_TIMEOUT_MS'], '3600000');
});

test('the models have readable names and their limits', async () => {
  const models = modelsIn(await prepare(qwen, { env }));
  assert.deepEqual(
    models.map(({ id, name }) => [id, name]),
    [
      ['occ-auto', 'middling (automatic)'],
      ['occ-opus', 'strong (automatic)'],
      ['go/middling', 'middling'],
      ['go/small', 'small'],
      ['zen/strong', 'strong'],
      ['zen/wide', 'wide'],
    ],
  );
  assert.equal(toObject(models[3]?.['generationConfig'])['contextWindowSize'], 64_000);
});

test('settings of an administrator apply, and stay unchanged', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'occ-qwen-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'settings.json');
  const text =
    '{ // ours\n "tools": { "sandbox": true }, "security": { "auth": { "selectedType": "openai" } } }';
  writeFileSync(file, text);
  const administered = { QWEN_CODE_SYSTEM_SETTINGS_PATH: file };
  const settings = settingsIn(await prepare(qwen, { env: administered }));
  assert.deepEqual(settings['tools'], { sandbox: true });
  assert.deepEqual(settings['security'], { auth: { selectedType: 'anthropic' } });
  assert.equal(readFileSync(file, 'utf8'), text);
  writeFileSync(file, '{ "tools": ');
  const { notes } = await prepare(qwen, { env: administered });
  assert.match(notes.join('\n'), /settings\.json is not a readable JSON object/);
});

test('a model of -m that the picker does not have is added, with the header of the launch', async () => {
  const header = { name: 'x-occ-project', value: '/work' };
  const made = await prepare(qwen, { env }, { choice: { id: 'zen/other' }, header });
  const models = modelsIn(made);
  assert.equal(models[0]?.['id'], 'zen/other');
  for (const { generationConfig } of models)
    assert.deepEqual(toObject(generationConfig)['customHeaders'], { 'x-occ-project': '/work' });
});

test("a model of the user's own arguments is the only one; commands get no options", async () => {
  const { args } = await prepare(qwen, { env, args: ['--model=zen/wide', 'hi'] });
  assert.deepEqual(args, ['--auth-type', 'anthropic', '--model=zen/wide', 'hi']);
  assert.deepEqual((await prepare(qwen, { env, args: ['mcp', 'list'] })).args, ['mcp', 'list']);
});

test('is interactive unless it prints', () => {
  for (const args of [[], ['-i', 'fix it'], ['-c'], ['--approval-mode', 'plan']])
    assert.equal(qwen.isInteractive(args), true, args.join(' '));
  for (const args of [['-p', 'hi'], ['fix it'], ['--acp'], ['mcp', 'list']])
    assert.equal(qwen.isInteractive(args), false, args.join(' '));
});
