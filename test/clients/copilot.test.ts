import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copilot } from '../../lib/clients/copilot.ts';
import { prepare, token, url } from './ready.ts';

test('the variables of a provider of the user, with the name that is shown and the one that is asked for', async () => {
  const made = await prepare(copilot, { args: ['-p', 'hi'] });
  assert.deepEqual(made.args, ['-p', 'hi']);
  assert.equal(made.folder, undefined);
  const { NO_PROXY: _upper, no_proxy: _lower, ...changed } = made.changed;
  assert.deepEqual(changed, {
    COPILOT_PROVIDER_TYPE: 'anthropic',
    COPILOT_PROVIDER_BASE_URL: url,
    COPILOT_PROVIDER_API_KEY: token,
    COPILOT_MODEL: 'middling (automatic)',
    COPILOT_PROVIDER_WIRE_MODEL: 'occ-auto',
    COPILOT_PROVIDER_MAX_PROMPT_TOKENS: changed['COPILOT_PROVIDER_MAX_PROMPT_TOKENS'],
    COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: changed['COPILOT_PROVIDER_MAX_OUTPUT_TOKENS'],
  });
  const [prompt, output] = ['PROMPT', 'OUTPUT'].map((kind) =>
    Number(changed[`COPILOT_PROVIDER_MAX_${kind}_TOKENS`]),
  );
  assert.equal((prompt ?? 0) + (output ?? 0), 400_000);
  assert.deepEqual(made.secrets, ['COPILOT_PROVIDER_API_KEY']);
});

test('at least half of a small window is for the prompt', async () => {
  const small = {
    id: 'go/small',
    label: 'small',
    description: '',
    contextWindow: 8000,
    maxOutputTokens: 8000,
  };
  const models = () => [{ ...small, images: false, efforts: [] }];
  const { env } = await prepare(copilot, {}, { choice: { id: 'go/small' }, models });
  assert.equal(env['COPILOT_PROVIDER_MAX_PROMPT_TOKENS'], '4000');
  assert.equal(env['COPILOT_MODEL'], 'small');
});

test('credentials that would replace the token are removed, and headers of the user are kept', async () => {
  const env = {
    COPILOT_PROVIDER_BEARER_TOKEN: 'sk-1',
    COPILOT_PROVIDER_API_KEY_COMMAND: 'pass show key',
    COPILOT_PROVIDER_HEADERS: 'x-mine: 1',
    GH_TOKEN: 'gh-1',
  };
  const made = await prepare(copilot, { env }, { header: { name: 'x-occ-project', value: '/work' } });
  assert.equal(made.env['COPILOT_PROVIDER_BEARER_TOKEN'], undefined);
  assert.equal(made.env['COPILOT_PROVIDER_API_KEY_COMMAND'], undefined);
  assert.equal(made.env['COPILOT_PROVIDER_HEADERS'], 'x-mine: 1\nx-occ-project: /work');
  assert.ok(made.secrets.includes('COPILOT_PROVIDER_HEADERS'));
  assert.equal(made.env['GH_TOKEN'], 'gh-1');
});

test("a model of the user's own arguments is the only one", async () => {
  const { env } = await prepare(copilot, { args: ['--model', 'zen/wide'] });
  assert.equal(env['COPILOT_MODEL'], undefined);
  assert.equal(env['COPILOT_PROVIDER_WIRE_MODEL'], undefined);
});

test('is interactive unless it prints', () => {
  for (const args of [[], ['-i', 'fix it'], ['--resume'], ['--name', 'login']])
    assert.equal(copilot.isInteractive(args), true, args.join(' '));
  for (const args of [['-p', 'hi'], ['--prompt=hi'], ['--acp'], ['login']])
    assert.equal(copilot.isInteractive(args), false, args.join(' '));
});
