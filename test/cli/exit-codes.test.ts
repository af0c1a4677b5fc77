/** Tests the documented exit codes on the built program, one row per test. */
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
  /** Prepares the home directory. */
  given?: (at: Home, t: TestContext) => Promise<unknown> | void;
  /** Part of the message. */
  message?: RegExp;
}

const emulated = ['--port', '0', '--emulator'];
const running = (at: Home): Promise<unknown> => at.run(['start', ...emulated]);
const client =
  (does: string) =>
  (at: Home): void =>
    void at.program('claude', fakeClient(does));
const invalid = (at: Home): void => void at.write('c.json', '{ "port": "high" }');

/** Makes every listen() fail. */
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

/** Starts a provider that returns this response for its list of models. */
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
  { when: 'success', code: 0, args: ['config', 'path'] },
  { when: 'stop: no proxy is running', code: 0, args: ['stop'] },
  { when: 'start: the proxy answers', code: 0, args: ['start', ...emulated] },
  { when: 'status: the proxy is running', code: 0, args: ['status'], given: running },
  { when: 'config check: only keys are missing', code: 0, args: ['config', 'check'] },
  {
    when: 'start: a proxy is running already',
    code: 1,
    args: ['start', ...emulated],
    given: running,
    message: /running already/,
  },
  {
    when: 'start: the port is in use',
    code: 1,
    args: ['start', '--emulator', '--config', 'c.json'],
    env: { OCC_PORT: '' },
    given: takenPort,
    message: /in use/,
  },
  {
    when: 'start: the proxy cannot be started',
    code: 1,
    args: ['start', ...emulated],
    given: (at) => void at.write('.local/state', ''),
    message: /cannot be started/,
  },
  {
    when: 'doctor: a check fails',
    code: 1,
    args: ['doctor', 'timeouts', '--offline', '--config', 'c.json'],
    given: (at) => void at.write('c.json', '{ "opencode_go": { "streaming_timeout_ms": 120000 } }'),
    message: /streaming_timeout_ms/,
  },
  { when: 'doctor: no check fails', code: 0, args: ['doctor', 'node', '--offline'] },
  { when: 'an unknown option', code: 2, args: ['start', '--prot', '1'], message: /did you mean --port/ },
  { when: 'an unknown command', code: 2, args: ['begin'], message: /there is no command/ },
  { when: 'status: no proxy is running', code: 3, args: ['status'] },
  { when: 'env: no proxy is running', code: 3, args: ['env'], message: /no proxy is running/ },
  { when: 'launch --attach: no proxy is running', code: 3, args: ['launch', '--attach'] },
  {
    when: 'models --refresh: a provider cannot be reached',
    code: 69,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: (at) => providerAt(at, 'http://127.0.0.1:9/v1'),
    message: /refused the connection.*\n {2}occ doctor reachable --provider near/,
  },
  {
    when: 'models --refresh: the response is not a list',
    code: 69,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: listing(200, '<html>hello</html>'),
    message: /not a list of models/,
  },
  {
    when: 'models --refresh: the key is rejected',
    code: 77,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: listing(401, '{"error":{"message":"no"}}'),
    message: /rejects the key.*\n {2}occ doctor key --provider near/,
  },
  {
    when: 'models --refresh: a list',
    code: 0,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: listing(200, '{"data":[{"id":"one"}]}'),
  },
  {
    when: 'models --refresh: the configuration is invalid',
    code: 78,
    args: ['models', '--refresh', '--config', 'c.json'],
    given: invalid,
  },
  {
    when: 'route: the request is invalid',
    code: 1,
    args: ['route', '--request', 'c.json'],
    given: invalid,
    message: /is not a request/,
  },
  {
    when: 'launch: the configuration is invalid',
    code: 78,
    args: ['launch', '--config', 'c.json'],
    given: invalid,
  },
  {
    when: 'start: the configuration is invalid',
    code: 78,
    args: ['start', '--config', 'c.json'],
    given: invalid,
  },
  {
    when: 'config check: the configuration is invalid',
    code: 78,
    args: ['config', 'check', '--config', 'c.json'],
    given: invalid,
    message: /port/,
  },
  { when: 'launch: the default model has no key', code: 78, args: ['launch'], message: /has no key/ },
  { when: 'start: the default model has no key', code: 78, args: ['start'], message: /has no key/ },
  {
    when: 'launch: the exit code of the client',
    code: 7,
    args: ['launch', '--emulator'],
    given: client('process.exit(7)'),
  },
  {
    when: 'launch: 128 plus the number of the signal that ended the client',
    code: 143,
    args: ['launch', '--emulator'],
    given: client(`process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000);`),
  },
  {
    when: 'launch: the client is not found',
    code: 127,
    args: ['launch', '--emulator'],
    message: /npm install -g/,
  },
  {
    when: 'launch: the proxy cannot listen',
    code: 125,
    args: ['launch'],
    env: { NODE_OPTIONS: `--import ${noPort}`, OCC_API_KEY: 'sk-x' },
    given: client('process.exit(0)'),
    message: /cannot listen/,
  },
  {
    when: 'launch: the emulator cannot listen',
    code: 125,
    args: ['launch', '--emulator'],
    env: { NODE_OPTIONS: `--import ${noPort}` },
    given: client('process.exit(0)'),
    message: /cannot listen/,
  },
];

describe('exit codes', () => {
  for (const { when, code, args, env, given, message } of rows) {
    test(`${code}: ${when} (occ ${args.join(' ')})`, async (t) => {
      const at = home(t);
      await given?.(at, t);
      const ended = await at.run(args, env);
      assert.deepEqual([ended.code, ended.signal], [code, null], ended.stdout + ended.stderr);
      if (message) assert.match(ended.stdout + ended.stderr, message);
      if (args[0] === 'start' || given === running) await at.run(['stop']);
    });
  }
});
