import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codex } from '../../lib/clients/codex.ts';
import { quoteToml } from '../../lib/clients/toml.ts';
import { choose } from '../../lib/clients/choice.ts';
import { planRoutes } from '../../lib/proxy/policy/route.ts';
import { settings } from './settings.ts';
import { folder, launchOf, prepare, token, url } from './ready.ts';

/** The overrides of the configuration among the arguments. */
function overrides(args: readonly string[]): Record<string, string> {
  const given = args.flatMap((word, at) => (args[at - 1] === '-c' ? [word] : []));
  return Object.fromEntries(
    given.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}

interface Entry {
  slug: string;
  display_name: string;
  context_window: number;
  input_modalities: string[];
  supported_reasoning_levels: { effort: string }[];
  base_instructions: string;
}

test('a provider of its own, with the token in the environment only', async () => {
  const { args, env, changed, secrets, removed } = await prepare(codex, { args: ['exec', 'hi'] });
  assert.deepEqual(overrides(args), {
    'model_providers.occ.name': '"occ"',
    'model_providers.occ.base_url': `"${url}/v1"`,
    'model_providers.occ.wire_api': '"responses"',
    'model_providers.occ.env_key': '"OCC_TOKEN"',
    'model_providers.occ.stream_idle_timeout_ms': '3600000',
    model_provider: '"occ"',
    model: '"occ-auto"',
    model_catalog_json: `"${folder}/models.json"`,
  });
  assert.deepEqual(args.slice(-2), ['exec', 'hi']);
  assert.equal(args.join(' ').includes(token), false);
  assert.deepEqual(changed, {
    OCC_TOKEN: token,
    NO_PROXY: '127.0.0.1,localhost,::1',
    no_proxy: '127.0.0.1,localhost,::1',
  });
  assert.deepEqual(secrets, ['OCC_TOKEN']);
  assert.deepEqual(removed, []);
  assert.equal(env['CODEX_HOME'], undefined, 'the home of the user stays in use');
});

test("the user's own home, key and NO_PROXY: one is kept, one removed, one extended", async () => {
  const env = {
    CODEX_HOME: '/home/me/c',
    CODEX_API_KEY: 'sk-1',
    OCC_API_KEY: 'sk-2',
    NO_PROXY: 'corp.example',
  };
  const prepared = await prepare(codex, { env });
  assert.equal(prepared.env['CODEX_HOME'], '/home/me/c');
  assert.deepEqual(prepared.removed.toSorted(), ['CODEX_API_KEY', 'OCC_API_KEY']);
  assert.equal(prepared.env['NO_PROXY'], 'corp.example,127.0.0.1,localhost,::1');
  const kept = await prepare(codex, { env, keepEnv: true });
  assert.deepEqual(kept.removed, ['CODEX_API_KEY']);
});

test('the shared server of the client is not used, and the option is given once', async () => {
  assert.equal((await prepare(codex)).args[0], '--no-daemon');
  const { args } = await prepare(codex, { args: ['resume', '--no-daemon'] });
  assert.equal(args.filter((word) => word === '--no-daemon').length, 1);
});

test('the catalogue has every model with its name and its limits', async () => {
  const prepared = await prepare(codex);
  assert.deepEqual(Object.keys(prepared.folder?.files ?? {}), ['models.json']);
  const { models } = JSON.parse(prepared.folder?.files['models.json'] ?? '') as { models: Entry[] };
  assert.deepEqual(
    models.map(({ slug, display_name, context_window }) => [slug, display_name, context_window]),
    [
      ['occ-auto', 'middling (automatic)', 400_000],
      ['occ-opus', 'strong (automatic)', 400_000],
      ['go/middling', 'middling', 150_000],
      ['go/small', 'small', 64_000],
      ['zen/strong', 'strong', 200_000],
      ['zen/wide', 'wide', 400_000],
    ],
  );
  for (const { input_modalities, base_instructions } of models) {
    assert.deepEqual(input_modalities, ['text']);
    assert.match(base_instructions, /AGENTS\.md/);
  }
});

test('an automatic id takes images if a model of the configuration does', async () => {
  const { models } = settings();
  const eyes = { provider: 'zen', model_id: 'eyes', wire_format: 'chat' as const, vision: true };
  const prepared = await prepare(codex, {}, { settings: settings({ models: { ...models, vision: eyes } }) });
  const catalogue = JSON.parse(prepared.folder?.files['models.json'] ?? '') as { models: Entry[] };
  const images = catalogue.models.filter(({ input_modalities }) => input_modalities.includes('image'));
  assert.deepEqual(
    images.map(({ slug }) => slug),
    ['occ-auto', 'occ-opus', 'zen/eyes'],
  );
});

test('-m names a model of the configuration', async () => {
  const { args } = await prepare(codex, {}, { choice: choose('wide', settings()) });
  assert.equal(overrides(args)['model'], '"zen/wide"');
});

test('with occ start, the requests say in which folder the client runs', async () => {
  const { args } = await prepare(codex, {}, { header: { name: 'x-occ-project', value: '/a%20"b' } });
  assert.equal(
    overrides(args)['model_providers.occ.http_headers'],
    String.raw`{ "x-occ-project" = "/a%20\"b" }`,
  );
});

test('without a folder there is no catalogue', async () => {
  const begun = await codex.begin(launchOf());
  const prepared = begun.prepare({
    settings: settings(),
    url,
    token,
    choice: { id: codex.automatic },
    models: () => [],
    sessions: '',
  });
  assert.equal(prepared.folder, undefined);
  assert.equal(overrides(prepared.args)['model_catalog_json'], undefined);
});

test('only commands without a screen are not interactive', () => {
  for (const args of [[], ['fix it'], ['resume', '--last'], ['-s', 'read-only'], ['-s', 'exec']])
    assert.equal(codex.isInteractive(args), true, args.join(' '));
  for (const args of [
    ['exec', 'hi'],
    ['e', 'hi'],
    ['-s', 'read-only', 'exec', 'hi'],
    ['mcp', 'list'],
    ['review'],
  ])
    assert.equal(codex.isInteractive(args), false, args.join(' '));
});

test('the automatic id is routed by scenario', () => {
  const request = {
    model: codex.automatic,
    max_tokens: 9,
    messages: [{ role: 'user' as const, content: 'hi' }],
  };
  const plan = planRoutes({ request, inputTokens: 1 }, settings());
  assert.match(plan.reason, /^scenario default/);
  const long = planRoutes({ request, inputTokens: 150_000 }, settings());
  assert.match(long.reason, /^scenario long_context/);
});

test('a string of TOML has no bare quote, backslash or control character', () => {
  assert.equal(quoteToml('a"b\\c\nd\u007f'), String.raw`"a\"b\\c\nd\u007f"`);
});
