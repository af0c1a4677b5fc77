import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { opencode } from '../../lib/clients/opencode.ts';
import { toObject, type JsonObject } from '../../lib/json.ts';
import { prepare, token, url } from './ready.ts';

type Made = Awaited<ReturnType<typeof prepare>>;

const contentOf = ({ env }: Made): JsonObject =>
  JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '') as JsonObject;
const providerOf = (made: Made): JsonObject => toObject(toObject(contentOf(made)['provider'])['occ']);

test('the configuration is in a variable, with the name of the variable of the token', async () => {
  const made = await prepare(opencode, { args: ['run', 'hi'] });
  assert.deepEqual(made.args, ['run', 'hi']);
  assert.equal(made.folder, undefined);
  assert.equal(made.env['OCC_TOKEN'], token);
  assert.deepEqual(made.secrets, ['OCC_TOKEN']);
  const content = contentOf(made);
  assert.equal(content['model'], 'occ/occ-auto');
  assert.equal(content['small_model'], 'occ/occ-haiku');
  assert.deepEqual(content['enabled_providers'], ['occ']);
  const { options, npm } = providerOf(made);
  assert.equal(npm, '@ai-sdk/anthropic');
  assert.deepEqual(options, { baseURL: `${url}/v1`, apiKey: '{env:OCC_TOKEN}' });
  assert.equal(JSON.stringify(content).includes(token), false);
});

test('the models have readable names and their limits; titles are asked of the tier haiku', async () => {
  const models = toObject(providerOf(await prepare(opencode))['models']);
  assert.deepEqual(
    Object.entries(models).map(([id, model]) => [id, toObject(model)['name']]),
    [
      ['occ-auto', 'middling (automatic)'],
      ['occ-opus', 'strong (automatic)'],
      ['go/middling', 'middling'],
      ['go/small', 'small'],
      ['zen/strong', 'strong'],
      ['zen/wide', 'wide'],
      ['occ-haiku', 'small (go), for titles'],
    ],
  );
  assert.equal(toObject(toObject(models['go/small'])['limit'])['context'], 64_000);
  assert.equal(toObject(toObject(models['occ-auto'])['limit'])['context'], 400_000);
});

test('a model of -m that the picker does not have is added', async () => {
  const made = await prepare(opencode, {}, { choice: { id: 'zen/other' } });
  assert.equal(contentOf(made)['model'], 'occ/zen/other');
  assert.ok('zen/other' in toObject(providerOf(made)['models']));
});

test('content of the user is kept, and then not printed', async () => {
  const own = {
    theme: 'nord',
    model: 'anthropic/x',
    provider: { mine: { options: { apiKey: 'sk-1' } }, occ: { npm: 'other' } },
  };
  const made = await prepare(opencode, { env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(own) } });
  const content = contentOf(made);
  assert.equal(content['theme'], 'nord');
  assert.equal(content['model'], 'occ/occ-auto');
  assert.deepEqual(toObject(content['provider'])['mine'], { options: { apiKey: 'sk-1' } });
  assert.equal(providerOf(made)['npm'], '@ai-sdk/anthropic');
  assert.deepEqual(made.secrets, ['OCC_TOKEN', 'OPENCODE_CONFIG_CONTENT']);
  const broken = await prepare(opencode, { env: { OPENCODE_CONFIG_CONTENT: '{ "theme"' } });
  assert.match(broken.notes.join('\n'), /OPENCODE_CONFIG_CONTENT of your environment is not a JSON object/);
});

test('a header of the launch is one of its provider', async () => {
  const header = { name: 'x-occ-project', value: '/work' };
  const { options } = providerOf(await prepare(opencode, {}, { header }));
  assert.deepEqual(toObject(options)['headers'], { 'x-occ-project': '/work' });
});

test('is interactive but for commands without a screen', () => {
  for (const args of [[], ['.'], ['-c'], ['run', '-i', 'hi'], ['--agent', 'run'], ['attach', 'http://x']])
    assert.equal(opencode.isInteractive(args), true, args.join(' '));
  for (const args of [['run', 'hi'], ['models'], ['auth', 'list'], ['-s', 'x', 'run', 'hi']])
    assert.equal(opencode.isInteractive(args), false, args.join(' '));
});

test('the fetched program is that of the platform, not the script that needs an install script', (t) => {
  const modules = mkdtempSync(join(tmpdir(), 'occ-opencode-'));
  t.after(() => rmSync(modules, { recursive: true, force: true }));
  const write = (name: string): string => {
    const file = join(modules, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    return file;
  };
  write('opencode-ai/bin/opencode.exe');
  assert.equal(opencode.package.installed?.(modules), undefined);
  const baseline = write('opencode-linux-x64-baseline/bin/opencode');
  assert.equal(opencode.package.installed?.(modules), baseline);
  const fast = write('opencode-linux-x64/bin/opencode');
  assert.ok([fast, baseline].includes(opencode.package.installed?.(modules) ?? ''));
});
