import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, withChoice } from '../../lib/clients/choice.ts';
import { notesOn } from '../../lib/clients/unknown-model.ts';
import { prepareClaude, prepareProgram, variablesFor, type ClaudeOptions } from '../../lib/clients/claude.ts';
import { renderDryRun, toDryRun } from '../../lib/clients/shell.ts';
import type { JsonObject } from '../../lib/json.ts';
import { provider, settings } from './settings.ts';

const token = 'a-secret-launch-token';
const url = 'http://127.0.0.1:4711';

function prepare(more: Partial<ClaudeOptions> = {}) {
  const prepared = prepareClaude({
    settings: settings(),
    url,
    token,
    env: { PATH: '/bin', HOME: '/home/me' },
    args: [],
    autoMode: false,
    keepEnv: false,
    privateFile: () => '/run/me/occ/settings.json',
    ...more,
  });
  const at = prepared.args.indexOf('--settings');
  return { ...prepared, inline: JSON.parse(prepared.args[at + 1] ?? '') as JsonObject };
}

test('the whole environment', () => {
  const { env } = prepare();
  assert.deepEqual(env, {
    PATH: '/bin',
    HOME: '/home/me',
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: token,
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1',
    ANTHROPIC_DEFAULT_OPUS_MODEL: 'occ-opus',
    ANTHROPIC_DEFAULT_OPUS_MODEL_NAME: 'strong (zen)',
    ANTHROPIC_DEFAULT_SONNET_MODEL: 'occ-sonnet',
    ANTHROPIC_DEFAULT_SONNET_MODEL_NAME: 'middling (go)',
    ANTHROPIC_DEFAULT_HAIKU_MODEL: 'occ-haiku',
    ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME: 'small (go)',
    ANTHROPIC_DEFAULT_FABLE_MODEL: 'occ-fable',
    ANTHROPIC_DEFAULT_FABLE_MODEL_NAME: 'strong (zen)',
    CLAUDE_CODE_MAX_CONTEXT_TOKENS: '400000',
    CLAUDE_CODE_AUTO_COMPACT_WINDOW: '400000',
    CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
    CLAUDE_CODE_GATEWAY_HINT_HEADERS: '1',
    CLAUDE_CODE_DISABLE_AGENT_VIEW: '1',
    NO_PROXY: '127.0.0.1,localhost,::1',
    no_proxy: '127.0.0.1,localhost,::1',
  });
});

test('without long_context the window is that of the default model, and at least 100 000', () => {
  const { default: usual, background } = settings().models;
  assert.ok(usual && background);
  const window = (models: ClaudeOptions['settings']['models']): string | undefined =>
    prepare({ settings: settings({ models }) }).env['CLAUDE_CODE_MAX_CONTEXT_TOKENS'];
  assert.equal(window({ default: usual }), '150000');
  assert.equal(window({ default: background }), '100000');
});

test('extends NO_PROXY of the environment and of the settings files', () => {
  const { env, inline } = prepare({
    env: { NO_PROXY: 'corp.example, localhost' },
    storedEnv: { NO_PROXY: 'files.example' },
  });
  assert.equal(env['NO_PROXY'], 'files.example,127.0.0.1,localhost,::1');
  assert.equal(env['no_proxy'], env['NO_PROXY']);
  assert.equal((inline['env'] as JsonObject)['NO_PROXY'], env['NO_PROXY']);
  assert.equal((prepare().inline['env'] as JsonObject)['NO_PROXY'], undefined);
});

test('keys reach the child only with --keep-env, and an Anthropic key never', () => {
  const env = { OCC_API_KEY: 'sk-one', MY_KEY: 'sk-two', ANTHROPIC_API_KEY: 'sk-ant', OTHER: 'x' };
  const without = prepare({ env });
  assert.deepEqual(without.removed.toSorted(), ['ANTHROPIC_API_KEY', 'MY_KEY', 'OCC_API_KEY']);
  assert.equal(JSON.stringify(without).includes('sk-'), false);
  assert.equal(without.env['OTHER'], 'x');
  const kept = prepare({ env, keepEnv: true });
  assert.equal(kept.env['OCC_API_KEY'], 'sk-one');
  assert.equal(kept.env['ANTHROPIC_API_KEY'], undefined);
});

test('removes and reports variables that switch to another API', () => {
  const { env, notes } = prepare({
    env: { CLAUDE_CODE_USE_BEDROCK: '1', ANTHROPIC_BASE_URL: 'https://other.example' },
  });
  assert.equal(env['CLAUDE_CODE_USE_BEDROCK'], undefined);
  assert.equal(env['ANTHROPIC_BASE_URL'], url);
  assert.ok(notes.some((note) => note.includes('CLAUDE_CODE_USE_BEDROCK')));
  assert.ok(notes.some((note) => note.includes('ANTHROPIC_BASE_URL')));
  assert.deepEqual(prepare().notes, []);
});

test('the token is in the environment and not in the arguments', () => {
  const { args, env } = prepare({ args: ['-p', 'hi'] });
  assert.equal(env['ANTHROPIC_AUTH_TOKEN'], token);
  assert.equal(args.join(' ').includes(token), false);
});

test("--model is always passed: the default tier, the model of -m, or the user's own --model", () => {
  const after = (args: string[]): string | undefined => args[args.indexOf('--model') + 1];
  assert.equal(after(prepare().args), 'occ-sonnet');
  assert.equal(after(prepare({ choice: choose('wide', settings()) }).args), 'zen/wide');
  const own = prepare({ args: ['--model', 'zen/strong'] }).args;
  assert.equal(own.filter((word) => word === '--model').length, 1);
  assert.equal(after(own), 'zen/strong');
});

test('the picker offers the automatic tiers, then every configured model once', () => {
  const { options, replaceBuiltInOptions } = prepare().inline['modelPicker'] as {
    options: JsonObject[];
    replaceBuiltInOptions: boolean;
  };
  assert.equal(replaceBuiltInOptions, true);
  assert.deepEqual(
    options.map(({ model, label }) => [model, label]),
    [
      ['occ-sonnet', 'middling (automatic)'],
      ['occ-opus', 'strong (automatic)'],
      ['go/middling', 'middling'],
      ['go/small', 'small'],
      ['zen/strong', 'strong'],
      ['zen/wide', 'wide'],
    ],
  );
});

test('auto mode is off unless requested', () => {
  const off = prepare();
  assert.equal(off.inline['disableAutoMode'], 'disable');
  assert.deepEqual(off.inline['permissions'], { defaultMode: 'default' });
  assert.equal(off.env['CLAUDE_CODE_AUTO_MODE_SERVER'], undefined);

  for (const on of [
    prepare({ autoMode: true }),
    prepare({ args: ['--permission-mode', 'auto'] }),
    prepare({ args: ['--permission-mode=auto'] }),
    prepare({ userSettings: { inline: true, settings: { permissions: { defaultMode: 'auto' } } } }),
  ]) {
    assert.equal(on.inline['disableAutoMode'], undefined);
    assert.notDeepEqual(on.inline['permissions'], { defaultMode: 'default' });
    assert.equal(on.env['CLAUDE_CODE_AUTO_MODE_SERVER'], '0');
    assert.equal((on.inline['env'] as JsonObject)['CLAUDE_CODE_AUTO_MODE_SERVER'], '0');
  }
});

test("keeps the user's permission mode", () => {
  for (const own of [
    prepare({ args: ['--permission-mode', 'plan'] }),
    prepare({ args: ['--dangerously-skip-permissions'] }),
    prepare({ storedMode: 'acceptEdits' }),
  ]) {
    assert.equal(own.inline['permissions'], undefined);
    assert.equal(own.inline['disableAutoMode'], 'disable');
  }
  const inline = prepare({
    userSettings: { inline: true, settings: { permissions: { defaultMode: 'plan', allow: ['Bash(ls)'] } } },
  }).inline;
  assert.deepEqual(inline['permissions'], { defaultMode: 'plan', allow: ['Bash(ls)'] });
  assert.deepEqual(prepare({ storedMode: 'auto' }).inline['permissions'], { defaultMode: 'default' });
});

test("merges the user's --settings, except for variables that decide where requests go", () => {
  const { args, inline, notes } = prepare({
    args: ['--settings', 'ignored.json', '-p', 'hi', '--settings=mine.json'],
    userSettings: {
      inline: true,
      settings: {
        theme: 'light',
        env: {
          CLAUDE_CODE_MAX_CONTEXT_TOKENS: '120000',
          ANTHROPIC_BASE_URL: 'https://other.example',
          CLAUDE_CODE_USE_VERTEX: '1',
        },
        modelPicker: { options: [{ model: 'zen/wide' }] },
      },
    },
  });
  assert.equal(args.filter((word) => word.startsWith('--settings')).length, 1);
  assert.deepEqual(args.slice(-2), ['-p', 'hi']);
  assert.equal(inline['theme'], 'light');
  const env = inline['env'] as JsonObject;
  assert.equal(env['CLAUDE_CODE_MAX_CONTEXT_TOKENS'], '120000');
  assert.equal(env['CLAUDE_CODE_ATTRIBUTION_HEADER'], '0');
  assert.equal(env['ANTHROPIC_BASE_URL'], undefined);
  assert.equal(env['CLAUDE_CODE_USE_VERTEX'], undefined);
  assert.deepEqual(inline['modelPicker'], { options: [{ model: 'zen/wide' }] });
  assert.deepEqual(
    notes.map((note) => note.split(' ')[0]),
    ['ANTHROPIC_BASE_URL', 'CLAUDE_CODE_USE_VERTEX'],
  );
});

test("passes secrets of the user's settings in the environment, and drops provider keys", () => {
  const { args, env, notes, secrets } = prepare({
    userSettings: {
      inline: true,
      settings: { env: { GITHUB_TOKEN: 'ghp-secret', OCC_API_KEY: 'sk-secret' } },
    },
  });
  assert.equal(args.join(' ').includes('secret'), false);
  assert.equal(env['GITHUB_TOKEN'], 'ghp-secret');
  assert.equal(env['OCC_API_KEY'], undefined);
  assert.ok(notes.some((note) => note.startsWith('OCC_API_KEY')));
  assert.ok(secrets.includes('GITHUB_TOKEN'));
});

test('a variable of --settings wins over the same one in a settings file, and only its owner can read it', () => {
  const user = { env: { GITHUB_TOKEN: 'ghp-secret', SAME: 'x', NO_PROXY: 'flag.example' } };
  const storedEnv = { GITHUB_TOKEN: 'ghp-old', SAME: 'x', NO_PROXY: 'files.example' };
  const options = {
    settings: settings(),
    url,
    token,
    env: { NO_PROXY: 'env.example' },
    args: [],
    autoMode: false,
    keepEnv: false,
    privateFile: () => '/run/me/occ/settings.json',
    storedEnv,
  };
  const fromFile = prepareClaude({ ...options, userSettings: { inline: false, settings: user } });
  assert.deepEqual(fromFile.args.slice(0, 2), ['--settings', '/run/me/occ/settings.json']);
  assert.equal(fromFile.privateFile?.path, '/run/me/occ/settings.json');
  const written = JSON.parse(fromFile.privateFile?.text ?? '') as { env: JsonObject };
  assert.equal(written.env['GITHUB_TOKEN'], 'ghp-secret');
  assert.equal(written.env['NO_PROXY'], 'flag.example,127.0.0.1,localhost,::1');
  assert.equal(fromFile.env['NO_PROXY'], 'flag.example,127.0.0.1,localhost,::1');
  // The same value needs no file, and JSON in the arguments was readable before.
  const equal = { ...user, env: { SAME: 'x' } };
  assert.equal(
    prepareClaude({ ...options, userSettings: { inline: false, settings: equal } }).privateFile,
    undefined,
  );
  const inline = prepareClaude({ ...options, userSettings: { inline: true, settings: user } });
  assert.equal(inline.privateFile, undefined);
  assert.match(inline.args[1] ?? '', /ghp-secret/);
});

test('--settings as the value of another option is not read', () => {
  assert.deepEqual(prepare({ args: ['--append-system-prompt', '--settings', 'x'] }).args.slice(-3), [
    '--append-system-prompt',
    '--settings',
    'x',
  ]);
});

test('a dry run masks every secret', () => {
  const prepared = prepare({
    userSettings: { inline: true, settings: { env: { GITHUB_TOKEN: 'ghp-secret' } } },
    env: { OCC_API_KEY: 'sk-one' },
  });
  const plan = toDryRun('claude', prepared);
  const text = [JSON.stringify(plan), ...renderDryRun(plan)].join('\n');
  assert.equal(text.includes(token), false);
  assert.equal(text.includes('secret'), false);
  assert.equal(text.includes('sk-one'), false);
  assert.ok(text.includes("ANTHROPIC_AUTH_TOKEN='•••'"));
  assert.ok(text.includes('unset OCC_API_KEY'));
});

test('another program gets the same variables, and no arguments of Claude Code', () => {
  const options = {
    settings: settings(),
    url,
    token,
    env: { MY_KEY: 'sk' },
    args: ['-p', 'hi'],
    autoMode: false,
    keepEnv: false,
    privateFile: () => '',
  };
  const { args, env } = prepareProgram(options);
  assert.deepEqual(args, ['-p', 'hi']);
  assert.equal(env['ANTHROPIC_BASE_URL'], url);
  assert.equal(env['MY_KEY'], undefined);
});

test('exported variables contain the token, or "unused" if there is none', () => {
  assert.equal(variablesFor(settings(), url, undefined)['ANTHROPIC_AUTH_TOKEN'], 'unused');
  assert.equal(variablesFor(settings(), url, 'x')['ANTHROPIC_AUTH_TOKEN'], 'x');
  assert.equal(variablesFor(settings(), url, 'x')['CLAUDE_CODE_AUTO_MODE_SERVER'], '0');
});

test('-m accepts a scenario, a tier, provider/model in both forms, and a bare id', () => {
  const all = settings();
  assert.equal(choose('complex', all).id, 'zen/strong');
  assert.equal(choose('opus', all).id, 'occ-opus');
  assert.equal(choose('occ-haiku', all).id, 'occ-haiku');
  assert.equal(choose('zen/new-model', all).id, 'zen/new-model');
  assert.equal(choose('zen/a/b', all).id, 'zen/a/b');
  assert.equal(choose('anthropic/go/small', all).id, 'go/small');
  assert.equal(choose('WIDE', all).id, 'zen/wide');
  assert.equal(choose('WIDE[1m]', all).id, 'zen/wide');
  for (const ref of ['nothing', 'other/model', 'zen/', 'constructor', '/x']) {
    assert.throws(() => choose(ref, all), { code: 'model_unknown', exitCode: 2 });
  }
});

/** [the ref, message, remedy] */
const misnamed: [ref: string, message: RegExp, remedy: RegExp][] = [
  [
    'glm-5.33',
    /^no model "glm-5\.33", did you mean "glm-5\.3"\? configured are middling/,
    /^occ models lists all/,
  ],
  ['glm-5.33[1m]', /did you mean "glm-5\.3"/, /^occ models/],
  [
    'nosuch/x',
    /the provider "nosuch" is not configured; configured are go, opencode-go$/,
    /^occ config set providers\.nosuch\.base_url <URL>$/,
  ],
  [
    'ollama/qwen3',
    /the provider "ollama" is not configured/,
    /^occ config set providers\.ollama\.base_url http:\/\/127\.0\.0\.1:11434\/v1$/,
  ],
  ['opencode-goo/glm', /the provider "opencode-goo" is not configured/, /^did you mean opencode-go\/glm\?$/],
  ['go/', /expected the id of a model after "go\/"$/, /^occ models go lists them$/],
];

for (const [ref, message, remedy] of misnamed) {
  test(`-m ${ref} says what was probably meant`, () => {
    const all = settings({ providers: { go: provider('go'), 'opencode-go': provider('opencode-go') } });
    assert.throws(
      () => choose(ref, all),
      (error: Error & { remedy?: string }) => message.test(error.message) && remedy.test(error.remedy ?? ''),
    );
  });
}

test('an id that its provider does not list is chosen, with a note', () => {
  const all = settings({ providers: { lab: provider('lab'), 'opencode-go': provider('opencode-go') } });
  const notes = (ref: string): string[] => notesOn(choose(ref, all).entry, all);
  assert.deepEqual(notes('opencode_go/glm-5.33'), [
    'glm-5.33 is in no list of opencode-go; did you mean opencode-go/glm-5.3?',
  ]);
  assert.deepEqual(notes('opencode-go/glm-5.3'), []);
  assert.deepEqual(notes('lab/anything'), []);
  assert.deepEqual(notes('sonnet'), []);
});

test("-m accepts the aliases of the client's own --model, which the client resolves to tiers", () => {
  const all = settings();
  assert.deepEqual(choose('sonnet[1m]', all), { id: 'occ-sonnet[1m]' });
  assert.deepEqual(choose('opusplan', all), { id: 'opusplan' });
  assert.deepEqual(choose('opusplan[1m]', all), { id: 'opusplan[1m]' });
  assert.deepEqual(choose('best', all), { id: 'best' });
  assert.deepEqual(choose('claude-opus-4-6[1m]', all), { id: 'claude-opus-4-6[1m]' });
  assert.equal(choose('default', all).id, 'go/middling');
  assert.equal(choose('default[1m]', all).id, 'go/middling');
  assert.throws(() => choose('opusplam', all), /did you mean "opusplan"\?/);
});

test('-m with a scenario uses its fields, although another entry has the same model', () => {
  const twice = settings({
    models: {
      default: { provider: 'go', model_id: 'one', temperature: 0.1 },
      think: { provider: 'go', model_id: 'one', temperature: 0.9 },
    },
  });
  assert.equal(withChoice(twice, choose('think', twice)).modelOverrides['go/one']?.temperature, 0.9);
  const own = settings({ ...twice, modelOverrides: { 'go/one': { provider: 'zen', model_id: 'two' } } });
  assert.equal(withChoice(own, choose('think', own)).modelOverrides['go/one']?.model_id, 'two');
});

test('the tiers follow overrides and enable_streaming_scenario_routing', () => {
  const family = settings({ modelFamilyOverrides: { opus: { provider: 'go', model_id: 'chosen' } } });
  assert.equal(prepare({ settings: family }).env['ANTHROPIC_DEFAULT_OPUS_MODEL_NAME'], 'chosen (go)');
  const fast = settings({
    enableStreamingScenarioRouting: false,
    models: { ...settings().models, fast: { provider: 'go', model_id: 'quick' } },
  });
  assert.equal(prepare({ settings: fast }).env['ANTHROPIC_DEFAULT_OPUS_MODEL_NAME'], 'quick (go)');
});
