import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pi } from '../../lib/clients/pi.ts';
import type { JsonObject } from '../../lib/json.ts';
import { projectHeader, projectOf, toProjectHeader } from '../../lib/proxy/project.ts';
import { folder, prepare, token, url } from './ready.ts';

interface Registered {
  name: string;
  config: JsonObject & { models: (JsonObject & { id: string; name: string })[] };
}

/** Runs the extension with a pi that keeps what it registers. */
async function registered({ folder: made }: Awaited<ReturnType<typeof prepare>>): Promise<Registered> {
  const text = made?.files['occ.js'] ?? '';
  const module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    default: (api: unknown) => void;
  };
  let found: Registered | undefined;
  module.default({
    registerProvider: (name: string, config: Registered['config']) => (found = { name, config }),
  });
  assert.ok(found);
  return found;
}

test('an extension of the launch registers a provider, and the model is one of it', async () => {
  const made = await prepare(pi, { args: ['-p', 'hi'] });
  assert.deepEqual(made.args, ['--extension', join(folder, 'occ.js'), '--model', 'occ/occ-auto', '-p', 'hi']);
  assert.equal(made.env['OCC_TOKEN'], token);
  assert.equal(made.env['PI_CODING_AGENT_DIR'], undefined);
  const { name, config } = await registered(made);
  assert.equal(name, 'occ');
  assert.equal(made.env['OCC_URL'], url);
  assert.ok('baseUrl' in config);
  assert.equal(config['apiKey'], '$OCC_TOKEN');
  assert.equal(JSON.stringify(config).includes(token), false);
});

test('the models have readable names and their limits, and their requests name the session', async () => {
  const { config } = await registered(await prepare(pi));
  assert.deepEqual(
    config.models.map(({ id, name }) => [id, name]),
    [
      ['occ-auto', 'middling (automatic)'],
      ['occ-opus', 'strong (automatic)'],
      ['go/middling', 'middling'],
      ['go/small', 'small'],
      ['zen/strong', 'strong'],
      ['zen/wide', 'wide'],
    ],
  );
  assert.equal(config.models[3]?.['contextWindow'], 64_000);
  for (const { compat } of config.models) assert.deepEqual(compat, { sendSessionAffinityHeaders: true });
});

test('names and headers cannot end the text of the extension', async () => {
  const choice = { id: "a'); process.exit(9); ('`${1}" };
  const header = { name: 'x-occ-project', value: '/a"b\\c\u2028`${2}' };
  const { config } = await registered(await prepare(pi, {}, { choice, header }));
  assert.equal(config.models[0]?.id, choice.id);
  assert.deepEqual(config['headers'], { 'x-occ-project': header.value.replace('$', '%24') });
});

test('the folder of the launch arrives as it is, also with what pi takes for a variable', async () => {
  const path = '/home/me/$HOME, 100 %/ü';
  const header = { name: projectHeader, value: toProjectHeader(path) };
  const { config } = await registered(await prepare(pi, {}, { header }));
  const headers = config['headers'] as Record<string, string>;
  assert.doesNotMatch(JSON.stringify(headers), /\$/);
  assert.equal(projectOf(headers), path);
});

test('commands without a conversation get no options of one', async () => {
  const made = await prepare(pi, { args: ['list'] });
  assert.deepEqual(made.args, ['list']);
  assert.equal(made.folder, undefined);
});

test('is interactive unless it prints', () => {
  for (const args of [[], ['fix it'], ['-c'], ['--thinking', 'high']])
    assert.equal(pi.isInteractive(args), true, args.join(' '));
  for (const args of [['-p', 'hi'], ['--mode', 'json'], ['list'], ['--list-models']])
    assert.equal(pi.isInteractive(args), false, args.join(' '));
});
