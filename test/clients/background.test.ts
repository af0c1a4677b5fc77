/** Sessions that outlive their launch: which arguments start them, and what their settings and environment hold. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { backgroundUse } from '../../lib/clients/background.ts';
import { prepareClaude, prepareProgram, variablesFor, type ClaudeOptions } from '../../lib/clients/claude.ts';
import { keptSettingsFile, removeOldSettings } from '../../lib/clients/kept-settings.ts';
import { parseJson, toObject, type JsonObject } from '../../lib/json.ts';
import { settings } from './settings.ts';

const url = 'http://127.0.0.1:4711';
const token = 'a-secret-token-of-the-proxy';

function prepare(more: Partial<ClaudeOptions> = {}) {
  return prepareClaude({
    settings: settings(),
    url,
    token: 'unused',
    env: { PATH: '/bin', HOME: '/home/me' },
    args: ['--bg', 'hi'],
    autoMode: false,
    keepEnv: false,
    privateFile: () => '/state/occ/background/settings.json',
    outlives: true,
    ...more,
  });
}

function prepareProgramEnv(header: string, env: Record<string, string>): Record<string, string> {
  const privateFile = (): string => '';
  const rest = { url, token: 'unused', args: ['sh'], autoMode: false, keepEnv: false, privateFile };
  return prepareProgram({ settings: settings(), header, env, ...rest }).env;
}

function inlineOf({ args }: { args: string[] }): JsonObject {
  return toObject(parseJson(args[args.indexOf('--settings') + 1] ?? ''));
}

for (const [use, ...lines] of [
  ['session', '--bg hi', '--background hi', '-n x --bg', '--resume abc --bg', '--bg=true hi'],
  ['view', 'agents', 'agents --json', '--effort low agents', '--verbose agents'],
  ['command', 'attach 12', 'logs 12', 'stop 12', 'kill 12', 'rm 12', 'respawn --all', 'daemon run'],
  ['none', 'hi', '-p --bgg', '-- --bg', '--name --bg hi', '--name agents hi', 'hi agents', '-- agents'],
  ['none', '-p attach', '--verbose stop', 'mcp list', '-c'],
] as const) {
  for (const line of lines) {
    test(`${use}: claude ${line}`, () => assert.equal(backgroundUse(line.split(' ')), use));
  }
}

test('the settings carry every variable, and the child gets none', () => {
  const { env, changed, ...prepared } = prepare();
  const carried = toObject(inlineOf(prepared)['env']);
  // A flag with which the client would ignore the URL and the token, and the switch that forbids such sessions.
  const {
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: _flag,
    CLAUDE_CODE_DISABLE_AGENT_VIEW: _switch,
    CLAUDE_CODE_AUTO_MODE_SERVER: _autoMode,
    ...rest
  } = variablesFor(settings(), url, undefined);
  assert.deepEqual(carried, rest);
  assert.deepEqual(env, { PATH: '/bin', HOME: '/home/me' });
  assert.deepEqual(changed, {});
});

test('what occ env has set in this shell is taken out, and what the user has set stays', () => {
  const shell = { PATH: '/bin', ...variablesFor(settings(), 'http://127.0.0.1:1', undefined) };
  const own = { MY_FLAG: '1', OCC_API_KEY: 'sk-one', NO_PROXY: 'corp.example', ANTHROPIC_API_KEY: 'sk-two' };
  assert.deepEqual(prepare({ env: { ...shell, ...own } }).env, {
    PATH: '/bin',
    MY_FLAG: '1',
    NO_PROXY: 'corp.example',
  });
  const gateway = { ANTHROPIC_BASE_URL: 'https://gateway.example', ANTHROPIC_AUTH_TOKEN: 'theirs' };
  assert.deepEqual(prepare({ env: gateway }).env, gateway);
  const host = { CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1', CLAUDE_CODE_USE_BEDROCK: '1' };
  assert.deepEqual(prepare({ env: host }).env, {});
});

test('a token and secrets of the user are in a file that stays, and in no argument', () => {
  const guarded = prepare({ token });
  assert.equal(guarded.args.join(' ').includes(token), false);
  assert.equal(guarded.privateFile?.stays, true);
  assert.ok(guarded.privateFile.text.includes(token));
  const secret = prepare({
    userSettings: { inline: true, settings: { env: { GITHUB_TOKEN: 'ghp-secret' }, apiKeyHelper: 'pass x' } },
  });
  assert.equal([...secret.args, ...Object.values(secret.env)].join(' ').includes('ghp-secret'), false);
  const written = toObject(parseJson(secret.privateFile?.text ?? ''));
  assert.equal(toObject(written['env'])['GITHUB_TOKEN'], 'ghp-secret');
  // The client would send its key beside the token.
  assert.equal(written['apiKeyHelper'], '');
});

test('a header of the launch joins those of the user, in the settings and not in the environment', () => {
  const header = 'x-place: here';
  const alone = prepare({ header });
  assert.equal(toObject(inlineOf(alone)['env'])['ANTHROPIC_CUSTOM_HEADERS'], header);
  assert.equal(alone.env['ANTHROPIC_CUSTOM_HEADERS'], undefined);
  const own = { ANTHROPIC_CUSTOM_HEADERS: 'x-key: secret' };
  const joined = prepare({ header, env: own });
  assert.deepEqual(joined.env, own);
  assert.equal(joined.args.join(' ').includes('secret'), false);
  const written = toObject(toObject(parseJson(joined.privateFile?.text ?? ''))['env']);
  assert.equal(written['ANTHROPIC_CUSTOM_HEADERS'], `x-key: secret\n${header}`);
  for (const env of [prepare({ header, env: own, outlives: false }).env, prepareProgramEnv(header, own)])
    assert.equal(env['ANTHROPIC_CUSTOM_HEADERS'], `x-key: secret\n${header}`);
});

test('the view gets the settings as options of its own, and a command about sessions gets none', () => {
  const view = prepare({ args: ['--effort', 'low', 'agents', '--cwd', '/x'] });
  assert.deepEqual([view.args[0], view.args[1]], ['agents', '--settings']);
  assert.deepEqual(view.args.slice(3), ['--model', 'occ-sonnet', '--effort', 'low', '--cwd', '/x']);
  const attach = prepare({ args: ['attach', '1fa6f8e2'], token });
  assert.deepEqual(attach.args, ['attach', '1fa6f8e2']);
  assert.equal(attach.privateFile, undefined);
});

test('each settings have a file of their own, which is removed a month after its last use', (t) => {
  const state = mkdtempSync(join(tmpdir(), 'occ-kept-'));
  t.after(() => rmSync(state, { recursive: true }));
  const file = keptSettingsFile(state, 'one');
  assert.equal(keptSettingsFile(state, 'one'), file);
  assert.notEqual(keptSettingsFile(state, 'two'), file);
  assert.equal(dirname(dirname(file)), state);
  const now = Date.UTC(2030, 0, 31);
  for (const [name, days] of Object.entries({ old: 31, recent: 29 })) {
    writeFileSync(join(state, name), '');
    const at = new Date(now - days * 86_400_000);
    utimesSync(join(state, name), at, at);
  }
  removeOldSettings(state, now);
  assert.deepEqual(readdirSync(state), ['recent']);
});
