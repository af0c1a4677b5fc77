import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import {
  CommandTimeout,
  keyCommandLimitMs,
  runKeyCommand,
  toKey,
  toSecret,
} from '../../../lib/config/providers/credentials.ts';
import { OccError } from '../../../lib/errors.ts';
import { load, minimal, scratchHome } from '../scratch.ts';
import { waitUntil } from '../../support/limits.ts';

const value = 'sk-very-secret-0123456789';

test('a secret prints as ••• in every conversion to text', () => {
  const secret = toSecret(value);
  const texts = [
    String(secret),
    `in ${secret as unknown as string} a sentence`,
    'x' + String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { list: [secret] } }, { depth: 9, showHidden: true }),
    format('%s %o %j %O', secret, secret, secret, secret),
    Object.values(secret).map(String).join(),
    new Error(`key ${secret as unknown as string}`).message,
  ];
  for (const text of texts) {
    assert.ok(!text.includes('very-secret'), text);
  }
  assert.equal(String(secret), '•••');
  assert.equal(JSON.stringify(secret), '"•••"');
  assert.equal(secret.reveal(), value);
  assert.throws(() => structuredClone(secret));
});

const bad: [string, string, RegExp][] = [
  ['empty', ' ', /is empty/],
  ['a line break at the end', `${value}\n`, /line break/],
  ['a line break inside', `${value}\r\nx-evil: 1`, /line break/],
  ['a control character', `${value}\u0007`, /control character/],
  ['a tab', `a\t${value}`, /contains a tab; expected one word/],
  ['a typographic dash', `${value}–`, /a header cannot carry/],
  ['an emoji', `${value}🔑`, /a header cannot carry/],
  ['quotes around it', `"${value}"`, /is in quotes/],
  ['a space inside', `${value} ${value}`, /contains a space/],
  ['a space at the end', `${value} `, /ends with a space; expected one word/],
  ['a space at the start', ` ${value}`, /starts with a space/],
  ['a non-breaking space', `a\u00a0${value}`, /contains a non-breaking space \(U\+00A0\)/],
  ['a non-breaking space at the end', `${value}\u00a0`, /ends with a non-breaking space/],
  ['an ideographic space', `a\u3000${value}`, /contains the invisible character U\+3000/],
  ['a thin space', `a\u2009${value}`, /contains the invisible character U\+2009/],
  ['a line separator', `a\u2028${value}`, /contains the invisible character U\+2028/],
  ['a vertical tab', `a\u000b${value}`, /contains the invisible character U\+000B/],
  ['a zero-width space', `a\u200b${value}`, /contains a zero-width space \(U\+200B\)/],
  ['a zero-width joiner', `a\u200d${value}`, /contains the invisible character U\+200D/],
  ['a word joiner', `${value}\u2060`, /ends with the invisible character U\+2060/],
  ['a mark of direction', `a\u202e${value}`, /contains the invisible character U\+202E/],
  ['a soft hyphen', `a\u00ad${value}`, /contains a soft hyphen \(U\+00AD\)/],
  ['a byte order mark', `\ufeff${value}`, /starts with a byte order mark \(U\+FEFF\)/],
  ['a braille blank', `a\u2800${value}`, /contains the invisible character U\+2800/],
  ['a next line', `a\u0085${value}`, /contains the invisible character U\+0085/],
  ['a tag character', `a\u{e0041}${value}`, /contains the invisible character U\+E0041/],
  ['a placeholder with a typing error', `${value}\${OC-GO}`, /still contains/],
];
for (const [says, key, words] of bad) {
  test(`an invalid key is reported by its origin and never shown: ${says}`, async (t) => {
    const check = (error: unknown, place: RegExp): true => {
      assert.ok(error instanceof OccError);
      assert.equal(error.code, 'key_invalid');
      assert.equal(error.exitCode, 78);
      assert.match(error.message, words);
      assert.match(error.message, place);
      assert.ok(!inspect(error).includes('very-secret'));
      assert.ok(!error.remedy.includes('very-secret'));
      return true;
    };
    assert.throws(
      () => toKey(key, 'the test'),
      (error) => check(error, /the test/),
    );
    if (key.trim() === '') return;
    const inFile = { ...minimal, api_keys: ['sk-good', key] };
    await assert.rejects(load(t, inFile), (error) => check(error, /api_keys\[1\] \(in .*config\.json/));
    const fromVariable = { ...minimal, api_key: '${MINE}' };
    await assert.rejects(load(t, fromVariable, { env: { MINE: key } }), (error) =>
      check(error, /from the variable MINE/),
    );
    await assert.rejects(load(t, minimal, { env: { OCC_API_KEY: key } }), (error) =>
      check(error, /env OCC_API_KEY/),
    );
  });
}

test('no output of a loaded configuration contains a secret', async (t) => {
  const file = {
    ...minimal,
    api_keys: [value, `${value}-2`],
    auth_token: `${value}-3`,
    opencode_zen: { api_key: `${value}-4` },
    providers: { lab: { base_url: 'https://lab.example/v1', api_key: `${value}-5`, models: ['m'] } },
  };
  const loaded = await load(t, file);
  assert.equal(loaded.settings.providers['opencode-go']?.keys.length, 2);
  for (const text of [
    inspect(loaded, { depth: 12 }),
    JSON.stringify(loaded),
    format('%o', loaded.settings),
  ]) {
    assert.ok(!text.includes('very-secret'));
  }
  assert.equal(loaded.values['api_keys[1]'], '•••');
  assert.equal(loaded.values['auth_token'], '•••');
  assert.equal(loaded.values['providers.lab.api_key'], '•••');
});

test('an error about a misplaced secret does not show it', async (t) => {
  for (const file of [{ port: value }, { logging: { level: value } }, { host: value }]) {
    await assert.rejects(load(t, { ...minimal, ...file }), (error) => {
      const shown = inspect(error);
      return file.host === undefined ? !shown.includes('very-secret') : true;
    });
  }
});

const go = (file: object): object => ({ ...minimal, ...file });
const keysOf = async (
  t: Parameters<typeof load>[0],
  file: object,
  env = {},
): Promise<[string[], string[]]> => {
  const { providers } = (await load(t, file, { env })).settings;
  const reveal = (name: string): string[] => (providers[name]?.keys ?? []).map((key) => key.reveal());
  return [reveal('opencode-go'), reveal('opencode-zen')];
};

test('keys of the provider, lists and the environment take precedence', async (t) => {
  assert.deepEqual(await keysOf(t, go({ api_key: 'a' })), [['a'], ['a']]);
  assert.deepEqual(await keysOf(t, go({ api_key: 'a', api_keys: ['b', 'c'] })), [
    ['b', 'c'],
    ['b', 'c'],
  ]);
  assert.deepEqual(await keysOf(t, go({ api_key: 'a', api_keys: [] })), [['a'], ['a']]);
  assert.deepEqual(await keysOf(t, go({ api_key: 'a', opencode_zen: { api_key: 'z' } })), [['a'], ['z']]);
  assert.deepEqual(await keysOf(t, go({ api_keys: ['a', 'b'] }), { OCC_API_KEY: 'e' }), [['e'], ['e']]);
  const four = {
    ROUTATIC_PROXY_API_KEY: '4',
    OC_GO_CC_API_KEY: '3',
    OPENCODE_API_KEY: '2',
    OCC_API_KEY: '1',
  };
  assert.deepEqual(await keysOf(t, minimal, four), [['1'], ['1']]);
  assert.deepEqual(await keysOf(t, minimal, { ...four, OCC_API_KEY: '' }), [['2'], ['2']]);
  const scoped = { ROUTATIC_PROXY_OPENCODE_ZEN_API_KEYS: 'x, y,', OCC_API_KEY: 'e' };
  assert.deepEqual(await keysOf(t, go({ opencode_zen: { api_key: 'z' } }), scoped), [['e'], ['x', 'y']]);
  assert.deepEqual(await keysOf(t, go({ api_keys: ['${NOT}', 'b'] })), [['b'], ['b']]);
});

test('custom providers do not get the global key', async (t) => {
  const file = go({ api_key: 'a', providers: { lab: { base_url: 'https://lab.example/v1' } } });
  const { settings } = await load(t, file);
  assert.deepEqual(settings.providers['lab']?.keys, []);
  assert.match(settings.providers['lab']?.missingKey ?? '', /providers\.lab\.api_key/);
});

test('every variable that may contain a key is known', async (t) => {
  const file = {
    ...minimal,
    api_key: '${TOP_KEY:-x}',
    auth_token: '${TOKEN}',
    host: '${SOME_HOST:-127.0.0.1}',
    opencode_zen: { api_keys: ['${ZEN_ONE}'] },
    providers: {
      lab: { base_url: 'https://lab.example', api_key: '${LAB}', headers: { 'X-Extra': '${EXTRA}' } },
    },
  };
  const { settings } = await load(t, file, { env: { TOKEN: 't', EXTRA: 'e' } });
  const expected = [
    'TOP_KEY',
    'TOKEN',
    'ZEN_ONE',
    'LAB',
    'EXTRA',
    'OCC_API_KEY',
    'OPENCODE_API_KEY',
    'OCC_AUTH_TOKEN',
  ];
  for (const name of expected) assert.ok(settings.keyVariables.includes(name), name);
  assert.ok(!settings.keyVariables.includes('SOME_HOST'));
  assert.ok(!settings.keyVariables.includes('OCC_PORT'));
});

const node = process.execPath;
const env = { PATH: process.env['PATH'] ?? '' };

test('a key command that is a list is a program, and a string is run by the shell', async () => {
  const print = 'process.stdout.write(process.argv[1] + "\\n")';
  assert.equal(await runKeyCommand([node, '-e', print, '$HOME; echo x'], { env }), '$HOME; echo x');
  assert.equal(await runKeyCommand('printf sk-; printf 1', { env }), 'sk-1');
});

test('a failed key command is reported without its output', async () => {
  const cases: [string | string[], RegExp][] = [
    ['echo sk-very-secret; exit 3', /ended with code 3/],
    [['/nowhere/at-all'], /could not be run \(ENOENT\)/],
    [[], /is empty/],
    [`${node} -e 'process.stdout.write("sk-very-secret".repeat(9999))'`, /more than 65536 bytes/],
  ];
  for (const [command, words] of cases) {
    await assert.rejects(runKeyCommand(command, { env }), (error: unknown) => {
      assert.ok(error instanceof OccError);
      assert.equal(error.code, 'key_command_failed');
      assert.equal(error.cause, undefined);
      assert.match(error.message, words);
      assert.ok(!inspect(error).includes('very-secret'));
      return true;
    });
  }
});

test('a key command that hangs is killed with its children', async (t) => {
  const pid = join(scratchHome(t), 'pid');
  // The shell's child would keep the pipe open if only the shell were killed.
  const command = `sleep 300 & echo $! > ${pid}; wait`;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const running = runKeyCommand(command, { env });
  await waitUntil(
    () => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'),
    'the child of the shell',
  );
  t.mock.timers.tick(keyCommandLimitMs);
  await assert.rejects(running, (error: Error) => {
    assert.match(error.message, /did not answer within 10 s/);
    return error.cause instanceof CommandTimeout;
  });
  const state = (): string => {
    try {
      return execFileSync('ps', ['-o', 'stat=', '-p', readFileSync(pid, 'utf8').trim()])
        .toString()
        .trim();
    } catch {
      return '';
    }
  };
  // The process has ended or is a zombie; on a busy machine this takes a moment.
  const gone = /^(?:Z.*)?$/;
  await waitUntil(() => gone.test(state()), state);
});

test('api_key_command is run once, for providers that are used and have no other key', async (t) => {
  const log = join(scratchHome(t), 'runs');
  const api_key_command = `echo run >> ${log}; echo sk-printed`;
  const runs = (): number => {
    try {
      return readFileSync(log, 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  };
  assert.deepEqual(await keysOf(t, go({ api_key_command, api_key: 'a' })), [['a'], ['a']]);
  assert.equal(runs(), 0);
  const both = { default: [{ provider: 'opencode-zen', model_id: 'glm-5' }] };
  assert.deepEqual(await keysOf(t, go({ api_key_command, fallbacks: both })), [
    ['sk-printed'],
    ['sk-printed'],
  ]);
  assert.equal(runs(), 1);
  const { settings } = await load(t, go({ api_key_command }), { runCommands: false });
  assert.match(settings.providers['opencode-go']?.missingKey ?? '', /api_key_command has not been run/);
  assert.equal(settings.providers['opencode-go']?.keyCommandNotRun, true);
  assert.equal(runs(), 1);
  assert.deepEqual(await keysOf(t, go({ api_key_command, api_key: '${NOT_SET}' })), [['sk-printed'], []]);
});

test('the command of a provider that no model names runs when its key is needed, once for concurrent requests', async (t) => {
  const log = join(scratchHome(t), 'runs');
  const runs = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
  const lab = (api_key_command: string) =>
    load(t, { providers: { lab: { base_url: 'https://lab.example/v1', api_key_command } } });
  const { lab: provider } = (await lab(`echo run >> ${log}; echo sk-lab`)).settings.providers;
  assert.equal(runs(), 0);
  assert.match(provider?.missingKey ?? '', /has not been run/);
  const [one, two] = await Promise.all([provider?.withKey?.(), provider?.withKey?.()]);
  assert.deepEqual(
    [one, two].map((found) => [found?.keys[0]?.reveal(), found?.missingKey, found?.withKey]),
    Array.from({ length: 2 }, () => ['sk-lab', undefined, undefined]),
  );
  assert.equal((await provider?.withKey?.())?.keys.length, 1);
  assert.equal(runs(), 1);
  for (const [command, reason] of [
    [`echo run >> ${log}; exit 4`, /ended with code 4/],
    [`echo run >> ${log}; echo 'two words'`, /contains a space/],
  ] as const) {
    const { lab: broken } = (await lab(command)).settings.providers;
    const before = runs();
    for (let i = 0; i < 2; i++) assert.match((await broken?.withKey?.())?.missingKey ?? '', reason);
    assert.equal(runs(), before + 1);
  }
});

test('a failed command leaves its provider without a key, with the reason', async (t) => {
  const { settings } = await load(t, go({ api_key_command: 'echo sk-very-secret; exit 4' }));
  const provider = settings.providers['opencode-go'];
  assert.deepEqual(provider?.keys, []);
  assert.match(provider?.missingKey ?? '', /api_key_command ended with code 4/);
  const two = await load(t, go({ api_key_command: 'echo sk-very-secret; echo two' }));
  assert.match(two.settings.providers['opencode-go']?.missingKey ?? '', /line break/);
  assert.ok(!(two.settings.providers['opencode-go']?.missingKey ?? '').includes('secret'));
});
