/** The exit codes a script may branch on (contract 2), one row a test, on the built program. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { fakeClient, home, type Home } from '../commands/program.ts';

interface Row {
  when: string;
  code: number;
  args: readonly string[];
  env?: Record<string, string>;
  /** What has to be there first. */
  given?: (at: Home, t: TestContext) => Promise<unknown> | void;
  /** A word of the reason. */
  says?: RegExp;
}

const emulated = ['--port', '0', '--emulator'];
const running = (at: Home): Promise<unknown> => at.run(['start', ...emulated]);
const client =
  (does: string) =>
  (at: Home): void =>
    void at.program('claude', fakeClient(does));
const invalid = (at: Home): void => void at.write('c.json', '{ "port": "high" }');

/** A machine that lends no port to anybody. */
const noPort = `data:text/javascript,${encodeURIComponent(
  `import net from 'node:net'; net.Server.prototype.listen = function () { process.nextTick(() => this.emit('error', Object.assign(new Error('no'), { code: 'EMFILE' }))); return this; };`,
)}`;

async function takenPort(at: Home, t: TestContext): Promise<void> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  at.write('c.json', JSON.stringify({ port: (server.address() as AddressInfo).port }));
}

function providerAt(at: Home, base_url: string): void {
  const provider = { wire_format: 'chat', base_url, api_key: 'sk-of-this-test' };
  at.write(
    'c.json',
    JSON.stringify({
      models: { default: { provider: 'near', model_id: 'one' } },
      providers: { near: provider },
    }),
  );
}

/** A provider that says this when it is asked for its models. */
function listing(status: number, body: string) {
  return async (at: Home, t: TestContext): Promise<void> => {
    const server = createServer((req, res) => {
      res.writeHead(req.url === '/v1/models' ? status : 404, { 'content-type': 'application/json' });
      res.end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    providerAt(at, `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  };
}

const rows: Row[] = [
  { when: 'it did what was asked', code: 0, args: ['config', 'path'] },
  { when: 'stop has nothing to stop', code: 0, args: ['stop'] },
  { when: 'the proxy answers', code: 0, args: ['start', ...emulated] },
  { when: 'status finds it running', code: 0, args: ['status'], given: running },
  { when: 'a configuration lacks nothing but keys', code: 0, args: ['config', 'check'] },
  { when: 'a second start', code: 1, args: ['start', ...emulated], given: running, says: /running already/ },
  {
    when: 'the port of a start is taken',
    code: 1,
    args: ['start', '--emulator', '--config', 'c.json'],
    given: takenPort,
    says: /in use/,
  },
  {
    when: 'a start cannot become ready',
    code: 1,
    args: ['start', ...emulated],
    given: (at) => void at.write('.local/state', ''),
    says: /cannot be started/,
  },
  {
    when: 'doctor found a failure',
    code: 1,
    args: ['doctor', 'timeouts', '--offline', '--config', 'c.json'],
    given: (at) => void at.write('c.json', '{ "opencode_go": { "streaming_timeout_ms": 120000 } }'),
    says: /streaming_timeout_ms/,
  },
  { when: 'doctor found none', code: 0, args: ['doctor', 'node', '--offline'] },
  { when: 'a word is wrong', code: 2, args: ['start', '--prot', '1'], says: /Did you mean --port/ },
  { when: 'a command does not exist', code: 2, args: ['begin'], says: /unknown command/ },
  { when: 'status finds nothing running', code: 3, args: ['status'] },
  { when: 'env finds nothing running', code: 3, args: ['env'], says: /no proxy is running/ },
  { when: 'launch --attach finds nothing running', code: 3, args: ['launch', '--attach'] },
  {
    when: 'models --refresh: a provider cannot be reached',
    code: 69,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: (at) => providerAt(at, 'http://127.0.0.1:9/v1'),
    says: /refused the connection/,
  },
  {
    when: 'models --refresh: what answers is no list',
    code: 69,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: listing(200, '<html>hello</html>'),
    says: /not a list of models/,
  },
  {
    when: 'models --refresh: the key is refused',
    code: 77,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: listing(401, '{"error":{"message":"no"}}'),
    says: /rejects the key/,
  },
  {
    when: 'models --refresh: the list is there',
    code: 0,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: listing(200, '{"data":[{"id":"one"}]}'),
  },
  {
    when: 'models --refresh: the configuration is wrong',
    code: 78,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: invalid,
  },
  {
    when: 'route: the request is none',
    code: 1,
    args: ['route', '--request', 'c.json'],
    given: invalid,
    says: /is not a request/,
  },
  {
    when: 'launch: the configuration is wrong',
    code: 78,
    args: ['launch', '--config', 'c.json'],
    given: invalid,
  },
  {
    when: 'start: the configuration is wrong',
    code: 78,
    args: ['start', '--config', 'c.json'],
    given: invalid,
  },
  {
    when: 'config check: it is wrong',
    code: 78,
    args: ['config', 'check', '--config', 'c.json'],
    given: invalid,
    says: /port/,
  },
  { when: 'launch: the default model has no key', code: 78, args: ['launch'], says: /has no key/ },
  { when: 'start: the default model has no key', code: 78, args: ['start'], says: /has no key/ },
  {
    when: 'launch: as the client ended',
    code: 7,
    args: ['launch', '--emulator'],
    given: client('process.exit(7)'),
  },
  {
    when: 'launch: 128 and the number of the signal that ended the client',
    code: 143,
    args: ['launch', '--emulator'],
    given: client(`process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000);`),
  },
  {
    when: 'launch: the client is not found',
    code: 127,
    args: ['launch', '--emulator'],
    says: /npm install -g/,
  },
  {
    when: 'launch: the proxy cannot listen',
    code: 125,
    args: ['launch'],
    env: { NODE_OPTIONS: `--import ${noPort}`, OCC_API_KEY: 'sk-x' },
    given: client('process.exit(0)'),
    says: /cannot listen/,
  },
  {
    when: 'launch: the emulator cannot listen',
    code: 125,
    args: ['launch', '--emulator'],
    env: { NODE_OPTIONS: `--import ${noPort}` },
    given: client('process.exit(0)'),
    says: /cannot listen/,
  },
];

describe('exit codes', () => {
  for (const { when, code, args, env, given, says } of rows) {
    test(`${code}: ${when} (occ ${args.join(' ')})`, async (t) => {
      const at = home(t);
      await given?.(at, t);
      const ended = await at.run(args, env);
      assert.deepEqual([ended.code, ended.signal], [code, null], ended.stdout + ended.stderr);
      if (says) assert.match(ended.stdout + ended.stderr, says);
      if (args[0] === 'start' || given === running) await at.run(['stop']);
    });
  }
});
