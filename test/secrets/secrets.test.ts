/**
 * Secrets are planted in every place a key can come from. Then every command runs, every request fails in another way, and
 * upstreams repeat the key: none of it may be in anything that was printed, written, answered, or seen by another process.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { withoutKnown } from '../../lib/redact.ts';
import { fakeClient, home, type Ended, type Home } from '../commands/program.ts';
import { echoUpstream, ways, type Echo } from './echo.ts';
import { filesBelow, formsOf, plantAll, search, type Place } from './plants.ts';

type Plants = Record<Place, string>;

/** Files that hold secrets because the user, or this test, has put them there. */
const holders = /^\.config\/occ\/config\.json|^secret-|^seen\.json$/;

function configuration(plants: Plants, port: number): object {
  const url = (way: string): string => `http://127.0.0.1:${port}/${way}/v1`;
  const echoing = ways.map((way) => [
    way,
    { wire_format: 'chat', base_url: url(way), api_keys: [plants['key list'], plants['root key']] },
  ]);
  const providers = {
    ...(Object.fromEntries(echoing) as object),
    variable: { wire_format: 'messages', base_url: url('in-body'), api_key: '${PLANTED}' },
    default: {
      wire_format: 'responses',
      base_url: url('in-body'),
      api_key: `\${NOT_SET_HERE:-${plants['default of a variable']}}`,
    },
    command: { wire_format: 'chat', base_url: url('in-body'), api_key_command: 'cat "$HOME/secret-key"' },
    header: {
      wire_format: 'chat',
      base_url: url('in-body'),
      headers: { authorization: `Bearer ${plants.header}`, 'x-org': '${PLANTED_HEADER}' },
    },
    query: {
      wire_format: 'chat',
      base_url: `${url('in-body')}/chat/completions?key=${encodeURIComponent(plants.query)}`,
      api_key: 'x'.repeat(20),
    },
    proxied: { wire_format: 'chat', base_url: 'https://nowhere.invalid/v1', api_key: plants['key list'] },
  };
  return {
    port: 0,
    auth_token: plants['auth_token'],
    api_key: plants['root key'],
    opencode_go: {
      base_url: url('in-fields') + '/chat/completions',
      anthropic_base_url: url('in-body') + '/messages',
    },
    providers,
    models: {
      default: { provider: 'in-body', model_id: 'm' },
      think: { provider: 'opencode-go', model_id: 'glm-5' },
    },
    retry: { attempts: 0, base_ms: 1, max_ms: 1 },
    logging: { level: 'debug', requests: true, captures: { enabled: true } },
  };
}

/** Everything that was said, by where. */
class Said {
  readonly all = new Map<string, string>();

  add(where: string, text: string): void {
    this.all.set(where, (this.all.get(where) ?? '') + text);
  }

  ended(where: string, { stdout, stderr }: Ended): void {
    this.add(where, stdout + stderr);
  }
}

const commands: string[][] = [
  ['status'],
  ['status', '--json'],
  ['config', 'check'],
  ['config', 'check', '--json'],
  ['config', 'show'],
  ['config', 'show', '--json'],
  ['config', 'get', 'api_key'],
  ['config', 'get', 'providers', '--json'],
  ['config', 'get', 'auth_token'],
  ['config', 'get', 'providers.header.headers'],
  ['config', 'path'],
  ['config', 'unset', 'providers.nobody'],
  ['config', 'set', 'port', 'ninety'],
  ['config', 'import'],
  ['models'],
  ['models', '--json'],
  ['models', '--refresh', '--json'],
  ['models', '--refresh'],
  ['route'],
  ['route', '--json'],
  ['route', '--model', 'query/m'],
  ['use', 'variable/m'],
  ['usage'],
  ['usage', '--json'],
  ['why'],
  ['why', '--json'],
  ['logs'],
  ['logs', '--json'],
  ['statusline'],
  ['doctor', '--offline', '--quick', '--json'],
  ['doctor', 'key', 'auth', 'models', 'network', 'reachable', '--live', '--json'],
  ['doctor', '--live', '--quick', '--provider', 'in-body'],
  ['doctor', '--live', '--quick', '--provider', 'header'],
  ['launch', '--dry-run', '--emulator'],
  ['launch', '--dry-run'],
  ['launch', '-p', 'hi'],
  ['launch', '--attach', '-p', 'hi'],
  ['stop', '--nonsense'],
];

/** Faults of the file, each with the secret in the faulty place. */
function faulty(plants: Plants): Record<string, string> {
  const key = plants['root key'];
  const known = plants['in a vendor’s form'];
  return {
    'a key with a line break': JSON.stringify({ api_key: `${key}\n${key}` }),
    'a key with a blank': JSON.stringify({ api_key: `${key} ${key}` }),
    'a key in quotes': JSON.stringify({ api_key: `"${key}"` }),
    'a key as a list': JSON.stringify({ api_key: [key] }),
    'a key as a provider': JSON.stringify({ models: { default: { provider: known, model_id: 'm' } } }),
    'a key of an unknown name': JSON.stringify({
      apikey: key,
      providers: { p: { 'api-key': key, token: key } },
    }),
    'no JSON behind the key': `{ "api_key": "${key}", oops`,
    'no quotes around the key': `{ "api_key": ${key} }`,
    'a key as a header name': JSON.stringify({
      providers: { p: { base_url: 'http://x/v1', headers: { [`a ${known}`]: known } } },
    }),
    'a header with a line break': JSON.stringify({
      providers: { p: { base_url: 'http://x/v1', headers: { a: `${key}\n` } } },
    }),
    'a password in the address': JSON.stringify({
      providers: { p: { base_url: `http://u:${encodeURIComponent(key)}@x/v1` } },
    }),
    'a key in place of the address': JSON.stringify({ providers: { p: { base_url: key } } }),
    'a key as a command': JSON.stringify({ api_key_command: [key] }),
    'a command that prints it and fails': JSON.stringify({
      api_key_command: `echo '${key}' >&2; echo '${key}'; exit 3`,
    }),
    'a token that is a number': JSON.stringify({ auth_token: { token: key } }),
    'a variable that is not set': JSON.stringify({ api_key: `\${NOT_SET}${key}` }),
  };
}

async function post(url: string, token: string, model: string, stream: boolean): Promise<string> {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': token, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }),
  });
  const headers = JSON.stringify([...response.headers]);
  return `${response.status} ${headers} ${await response.text()}`;
}

/** The arguments of every process that has this home directory. */
function argumentsIn(dir: string): string {
  if (process.platform !== 'linux') return '';
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`HOME=${dir}\0`)) return '';
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return ''; // it has ended, or belongs to somebody else
      }
    })
    .join('\n');
}

interface Scene extends Home {
  plants: Plants;
  said: Said;
  echo: Echo;
  env: Record<string, string>;
}

async function scene(t: TestContext): Promise<Scene> {
  const plants = plantAll();
  const at = home(t);
  const echo = await echoUpstream();
  t.after(() => echo.close());
  at.write('secret-key', `${plants.command}\n`);
  at.write('.config/occ/config.json', JSON.stringify(configuration(plants, echo.port)));
  at.program('claude', fakeClient("console.log('a client');"));
  const env = {
    PLANTED: plants.variable,
    PLANTED_HEADER: plants['header from a variable'],
    OPENCODE_API_KEY: plants.environment,
    HTTPS_PROXY: `http://user:${encodeURIComponent(plants['proxy password'])}@127.0.0.1:1`,
  };
  return { ...at, plants, said: new Said(), echo, env };
}

/** Nothing of the secrets is in what was said, or in any file but those that hold them. */
function assertUnsaid({ dir, plants, said }: Scene, more: Record<string, string> = {}): void {
  const files = [...filesBelow(dir)].filter(([path]) => !holders.test(path));
  assert(files.length > 0 && said.all.size > 10, 'there is something to search');
  const all = new Map([...said.all, ...files]);
  assert.deepEqual(search({ ...plants, ...more }, all), []);
}

test('no secret is printed, logged, written, or passed on by any command or failure', async (t) => {
  const at = await scene(t);
  const { said, plants, env, start, run, write, dir } = at;
  const proxy = start(['start', '--foreground'], env);
  await proxy.waitFor('ANTHROPIC_BASE_URL=');
  const url = /ANTHROPIC_BASE_URL=(http:\S+)/.exec(proxy.stdout())?.[1] ?? '';
  const token = plants['auth_token'];
  const models = [
    ...ways.map((way) => `${way}/m`),
    ...['variable', 'default', 'command', 'header', 'query', 'proxied'].map((name) => `${name}/m`),
    'opencode-go/glm-5',
  ];
  for (const model of models)
    for (const stream of [true, false])
      said.add(`the answer of ${model}`, await post(url, token, model, stream));
  for (const path of ['/health', '/', '/v1/models', '/metrics', '/nowhere', `/${encodeURIComponent(token)}`])
    for (const sent of [token, `${token}x`]) {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${sent}` } });
      // The path that a client sent may be named to it.
      if (!path.includes('%')) said.add(path, await response.text());
    }
  for (const args of commands) said.ended(args.join(' '), await run(args, env));
  said.add('the arguments of processes', argumentsIn(dir));
  for (const [what, text] of Object.entries(faulty(plants))) {
    const file = write('secret-faulty.json', text);
    for (const args of [
      ['config', 'check'],
      ['config', 'show', '--json'],
      ['start', '--foreground', '--port', '0'],
      ['route'],
      ['launch', '-p', 'x'],
      ['doctor', 'config', 'key', '--offline', '--json'],
    ])
      said.ended(
        `${args.join(' ')} with ${what}`,
        await run([...args, '--config', file], { ...env, OPENCODE_API_KEY: '' }),
      );
  }
  proxy.kill('SIGTERM');
  const { stderr } = await proxy.ended;
  // Its stdout is the lines of `occ env`, with the token for the client.
  said.add('stderr of the proxy', stderr);
  for (const place of [
    'root key',
    'key list',
    'variable',
    'default of a variable',
    'command',
    'header',
    'header from a variable',
    'query',
  ] as const)
    assert(
      [...at.echo.received].some((one) => one.includes(plants[place])),
      `the upstream got the ${place}`,
    );
  assertUnsaid(at);
});

test('the token of a launch is in the environment of its client, and nowhere else', async (t) => {
  const at = await scene(t);
  const { said, env, start, seen, plants, dir, program } = at;
  program('claude', fakeClient("console.log('ready'); setInterval(() => {}, 1000);"));
  const launched = start(['launch', '-p', 'hi', '--model', 'in-body/m'], env);
  await launched.waitFor('ready');
  const { env: given, argv } = seen();
  const token = given['ANTHROPIC_AUTH_TOKEN'] ?? '';
  assert.match(token, /^[\w-]{43}$/, '256 bits');
  const url = given['ANTHROPIC_BASE_URL'] ?? '';
  for (const way of ways) said.add(way, await post(url, token, `${way}/m`, true));
  for (const path of ['/health', '/metrics', '/v1/models'])
    said.add(path, await (await fetch(url + path, { headers: { 'x-api-key': token } })).text());
  for (const args of [['status', '--json'], ['why'], ['logs', '--json']])
    said.ended(args.join(' '), await at.run(args, env));
  said.add('the arguments of processes', argumentsIn(dir));
  said.add('the arguments of the client', argv.join('\n'));
  const others = Object.entries(given).filter(([name]) => name !== 'ANTHROPIC_AUTH_TOKEN');
  // A proxy of the network belongs to the client, too, with its password.
  said.add(
    'the environment of the client',
    JSON.stringify(others.filter(([name]) => name !== 'HTTPS_PROXY')),
  );
  launched.kill('SIGTERM');
  said.ended('launch', await launched.ended);
  rmSync(join(dir, 'seen.json'));
  assert(plants.variable !== '' && given['PLANTED'] === undefined && given['OPENCODE_API_KEY'] === undefined);
  assertUnsaid(at, { 'launch token': token });
});

test('an uncaught exception prints no secret', async (t) => {
  const at = await scene(t);
  const { said, env, start, write, plants } = at;
  const preload = write(
    'secret-throws.cjs',
    "process.on('SIGUSR2', () => { throw Object.assign(new Error('a fault of the test'), { code: 'E_TEST' }); });",
  );
  const proxy = start(['start', '--foreground'], { ...env, NODE_OPTIONS: `--require ${preload}` });
  await proxy.waitFor('ANTHROPIC_BASE_URL=');
  const url = /ANTHROPIC_BASE_URL=(http:\S+)/.exec(proxy.stdout())?.[1] ?? '';
  for (const way of ways) said.add(way, await post(url, plants['auth_token'], `${way}/m`, false));
  proxy.kill('SIGUSR2');
  const { stderr } = await proxy.ended;
  assert.match(stderr, /a fault of the test/);
  said.add('stderr', stderr);
  assertUnsaid(at);
});

test('the search finds a secret in every form', () => {
  const secret = plantAll().command;
  const bytes = Buffer.from(`key=${secret}, and more`);
  for (const text of [
    secret,
    secret.slice(5, 20),
    encodeURIComponent(secret),
    bytes.toString('base64'),
    bytes.subarray(1).toString('base64url'),
    bytes.toString('hex'),
    JSON.stringify({ secret }),
  ])
    assert.deepEqual(search({ command: secret }, new Map([['x', text]])).length, 1, text);
  assert(formsOf(secret).every((piece) => piece.length === 10));
});

test('a known secret is found in every encoding, and what is no secret stays', () => {
  const secret = plantAll().header;
  const bytes = Buffer.from(`key=${secret}!`);
  const without = withoutKnown([secret]);
  for (let from = 0; from < 4; from++)
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      const text = bytes.subarray(from).toString(encoding);
      assert.deepEqual(search({ secret }, new Map([['x', without(text)]])), [], encoding);
    }
  for (const text of [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    JSON.stringify(JSON.stringify(secret.replaceAll('/', '\\/'))),
  ])
    assert.deepEqual(search({ secret }, new Map([['x', without(text)]])), [], text);
  assert.equal(without('no key in here'), 'no key in here');
  assert.equal(withoutKnown([])('a text'), 'a text');
});
