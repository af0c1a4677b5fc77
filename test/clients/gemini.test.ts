import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gemini } from '../../lib/clients/gemini.ts';
import { modelSettings } from '../../lib/clients/gemini-models.ts';
import { offeredModels } from '../../lib/clients/offered-models.ts';
import { toObject, type JsonObject } from '../../lib/json.ts';
import { settings } from './settings.ts';
import { folder, launchOf, prepare, token, url } from './ready.ts';

function homeWith(t: TestContext, files: Record<string, string> = {}): string {
  const home = mkdtempSync(join(tmpdir(), 'occ-gemini-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
}

function settingsIn(prepared: Awaited<ReturnType<typeof prepare>>): JsonObject {
  return JSON.parse(prepared.folder?.files['.gemini/settings.json'] ?? '') as JsonObject;
}

test('the variables, with the token in the environment only', async (t) => {
  const home = homeWith(t, { '.gemini/settings.json': '{}' });
  const { args, changed, secrets, notes } = await prepare(gemini, { home, args: ['-p', 'hi'] });
  assert.deepEqual(changed, {
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: token,
    GEMINI_MODEL: 'occ-auto',
    GEMINI_CLI_HOME: folder,
    GEMINI_CLI_NO_RELAUNCH: 'true',
    GEMINI_CLI_TRUSTED_FOLDERS_PATH: join(home, '.gemini/trustedFolders.json'),
    NO_PROXY: '127.0.0.1,localhost,::1',
    no_proxy: '127.0.0.1,localhost,::1',
  });
  assert.deepEqual(secrets, ['GEMINI_API_KEY']);
  assert.deepEqual(args, ['--model', 'occ-auto', '-p', 'hi']);
  assert.deepEqual(notes, []);
});

test("the user's settings apply, but for the way to authenticate, and stay unchanged; the rest are links", async (t) => {
  const text =
    '{ // mine\n "ui": { "theme": "ANSI" }, "security": { "auth": { "selectedType": "oauth-personal" } } }';
  const home = homeWith(t, {
    '.gemini/settings.json': text,
    '.gemini/GEMINI.md': 'x',
    '.gemini/tmp/w/.project_root': '/w',
  });
  const prepared = await prepare(gemini, { home });
  const written = settingsIn(prepared);
  assert.deepEqual(written['ui'], { theme: 'ANSI' });
  assert.deepEqual(written['security'], { auth: { selectedType: 'gemini-api-key' } });
  assert.deepEqual(prepared.folder?.links, {
    '.gemini/GEMINI.md': join(home, '.gemini/GEMINI.md'),
    '.gemini/tmp': join(home, '.gemini/tmp'),
  });
  assert.equal(prepared.folder.isSecret, true);
  assert.equal(readFileSync(join(home, '.gemini/settings.json'), 'utf8'), text);
  assert.deepEqual(readdirSync(home), ['.gemini']);
  assert.deepEqual(prepared.notes, []);
});

test('a home that the user has moved is the one that is linked', async (t) => {
  const home = homeWith(t, { 'moved/.gemini/settings.json': '{ "ui": { "theme": "ANSI" } }' });
  const prepared = await prepare(gemini, { home, env: { GEMINI_CLI_HOME: join(home, 'moved') } });
  assert.deepEqual(settingsIn(prepared)['ui'], { theme: 'ANSI' });
  assert.equal(prepared.env['GEMINI_CLI_HOME'], folder);
});

test('says what is not kept, and which files win over the launch', async (t) => {
  const none = await prepare(gemini, { home: homeWith(t) });
  assert.match(none.notes.join('\n'), /no ~\/\.gemini yet/);
  const broken = await prepare(gemini, { home: homeWith(t, { '.gemini/settings.json': '{ "a": ' }) });
  assert.match(broken.notes.join('\n'), /settings\.json is not a readable JSON object/);
  const home = homeWith(t, {
    '.gemini/settings.json': '{}',
    'p/.gemini/settings.json': '{ "security": { "auth": { "selectedType": "vertex-ai" } } }',
    'etc/settings.json': '{ "security": { "auth": { "enforcedType": "oauth-personal" } } }',
  });
  const env = { GEMINI_CLI_SYSTEM_SETTINGS_PATH: join(home, 'etc/settings.json') };
  const { notes } = await prepare(gemini, { home, cwd: join(home, 'p'), env });
  assert.match(notes.join('\n'), /~\/etc\/settings\.json sets security\.auth\.enforcedType/);
  assert.match(notes.join('\n'), /~\/p\/\.gemini\/settings\.json sets security\.auth\.selectedType/);
});

test('removes keys, and variables that select another API', async (t) => {
  const env = {
    GOOGLE_API_KEY: 'sk-1',
    GOOGLE_GENAI_USE_VERTEXAI: 'true',
    GEMINI_API_KEY: 'sk-2',
    OCC_API_KEY: 'sk-3',
    GEMINI_MODEL: 'gemini-2.5-pro',
    OTHER: 'x',
  };
  const home = homeWith(t, { '.gemini/settings.json': '{}' });
  const prepared = await prepare(gemini, { home, env });
  assert.deepEqual(prepared.removed.toSorted(), [
    'GOOGLE_API_KEY',
    'GOOGLE_GENAI_USE_VERTEXAI',
    'OCC_API_KEY',
  ]);
  assert.equal(JSON.stringify(prepared.env).includes('sk-'), false);
  assert.equal(prepared.env['OTHER'], 'x');
  assert.match(prepared.notes.join('\n'), /GOOGLE_GENAI_USE_VERTEXAI is set and would bypass occ/);
  assert.match(prepared.notes.join('\n'), /overrides GEMINI_MODEL/);
});

test("a model of the user's own arguments is the only one", async () => {
  const { args } = await prepare(gemini, { args: ['--model', 'zen/wide'] });
  assert.deepEqual(args, ['--model', 'zen/wide']);
});

test('a header of the launch comes after those of the user', async () => {
  const { env } = await prepare(
    gemini,
    { env: { GEMINI_CLI_CUSTOM_HEADERS: 'x-mine: 1' } },
    { header: { name: 'x-occ-project', value: '/a,b' } },
  );
  assert.equal(env['GEMINI_CLI_CUSTOM_HEADERS'], 'x-mine: 1, x-occ-project: /a%2Cb');
});

test('/model offers the models of the configuration and none of its own', () => {
  const offered = offeredModels(settings(), 'occ-auto');
  const made = modelSettings(offered, 'occ-auto', {});
  const definitions = toObject(toObject(made['modelConfigs'])['modelDefinitions']);
  const visible = Object.entries(definitions).filter(([, one]) => toObject(one)['isVisible'] === true);
  assert.deepEqual(
    visible.map(([id, one]) => [id, toObject(one)['displayName']]),
    offered.map(({ id, label }) => [id, label]),
  );
  assert.equal(toObject(definitions['gemini-2.5-pro'])['isVisible'], false);
});

test('a conversation is compressed before it fills the window of the model, and not later than the user wants', () => {
  const offered = offeredModels(settings(), 'occ-auto');
  const tokens = (id: string, own: JsonObject = {}): number =>
    Number(toObject(modelSettings(offered, id, own)['model'])['compressionThreshold']) * 1_048_576;
  assert.ok(tokens('go/small') > 40_000 && tokens('go/small') < 64_000 * 0.8);
  assert.ok(tokens('occ-auto') > 250_000 && tokens('occ-auto') < 400_000 * 0.8);
  assert.ok(Math.abs(tokens('occ-auto', { model: { compressionThreshold: 0.1 } }) - 104_858) < 100);
});

test('without a folder only the variables are set, and the rest is said', async () => {
  const launch = launchOf();
  const begun = await gemini.begin(launch);
  const prepared = begun.prepare({
    settings: settings(),
    url,
    token,
    choice: { id: gemini.automatic },
    models: () => [],
    sessions: '',
  });
  assert.equal(prepared.folder, undefined);
  assert.equal(prepared.env['GEMINI_CLI_HOME'], undefined);
  assert.match(prepared.notes.join('\n'), /choose "Use Gemini API Key"/);
});

test('is interactive without a prompt option', () => {
  for (const args of [[], ['fix it'], ['-i', '-p'], ['-r']]) assert.equal(gemini.isInteractive(args), true);
  for (const args of [['-p', 'hi'], ['--prompt=hi'], ['--acp']])
    assert.equal(gemini.isInteractive(args), false);
});
