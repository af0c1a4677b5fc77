/** A running proxy is found from everywhere: from another login, after its record was deleted, from another home directory. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isAlive } from '../../lib/daemon/process.ts';
import { recordFile, type ProxyRecord } from '../../lib/daemon/record.ts';
import { parseJson } from '../../lib/json.ts';
import { toAnswer } from '../support/answers.ts';
import { freePort } from '../support/free-port.ts';
import { waitUntil } from '../support/limits.ts';
import { readUntil } from '../support/proxy.ts';
import { fakeClient, home, recordIn, type Home } from './program.ts';

const linux = { skip: process.platform === 'linux' ? false : 'who listens is read from /proc' };

/** A home with two directories for runtime files, as those of two logins, and a configured port. */
async function homeOfLogins(t: TestContext): Promise<{
  at: Home;
  port: string;
  url: string;
  one: Record<string, string>;
  two: Record<string, string>;
}> {
  const at = home(t);
  const port = await freePort();
  const login = (name: string): Record<string, string> => {
    mkdirSync(join(at.dir, name), { mode: 0o700 });
    return { OCC_PORT: port, XDG_RUNTIME_DIR: join(at.dir, name) };
  };
  return { at, port, url: `http://127.0.0.1:${port}`, one: login('one'), two: login('two') };
}

const state = ({ dir }: Home): string => join(dir, '.local/state/occ');

function pidOf(at: Home): number {
  const record = recordIn(at.dir);
  assert(record, 'a record');
  return record.pid;
}

test('a shell with another XDG_RUNTIME_DIR, or with none, uses the same proxy', async (t) => {
  const { at, url, one, two } = await homeOfLogins(t);
  assert.equal((await at.run(['start', '--emulator'], one)).code, 0);
  const pid = pidOf(at);
  assert.ok(existsSync(recordFile(join(at.dir, 'one', 'occ'))), 'it is with the runtime files, too');
  for (const env of [two, { OCC_PORT: '0' }, { XDG_RUNTIME_DIR: '/proc/none' }]) {
    const status = toAnswer('status', (await at.run(['status', '--json'], env)).stdout);
    assert.deepEqual([status['running'], status['pid'], status['url']], [true, pid, url]);
    assert.match((await at.run(['env'], env)).stdout, new RegExp(`ANTHROPIC_BASE_URL=${url}\n`));
    for (const more of [[], ['--port', '0']]) {
      const second = await at.run(['start', '--emulator', ...more], env);
      assert.deepEqual([second.code, second.stderr.includes(`(pid ${pid}) is running already`)], [1, true]);
    }
  }
  const attached = await at.run(
    ['launch', '--attach', 'exec', '--', 'sh', '-c', 'echo $ANTHROPIC_BASE_URL'],
    two,
  );
  assert.equal(attached.stdout, `${url}\n`);
  // The status line is where the proxy writes it, not where this shell would.
  at.program('claude', fakeClient('process.exit(0)'));
  assert.equal((await at.run(['launch', '--attach'], two)).code, 0);
  assert.ok(
    at
      .seen()
      .argv.join(' ')
      .includes(join(at.dir, 'one', 'occ', 'sessions')),
  );
  assert.equal((await at.run(['restart'], two)).code, 0);
  assert.match((await at.run(['stop'], one)).stdout, /stopped\n$/);
  for (const folder of [state(at), join(at.dir, 'one', 'occ'), join(at.dir, 'two', 'occ')])
    assert.ok(!existsSync(recordFile(folder)), folder);
});

test('a deleted record is written again by the proxy that is asked for', async (t) => {
  const { at, url, one, two } = await homeOfLogins(t);
  await at.run(['start', '--emulator'], one);
  const pid = pidOf(at);
  const forget = (): void => {
    for (const folder of [state(at), join(at.dir, 'one', 'occ')]) rmSync(recordFile(folder));
  };
  forget();
  const status = toAnswer('status', (await at.run(['status', '--json'], two)).stdout);
  assert.deepEqual(
    [status['running'], status['pid'], status['models']],
    [true, pid, []],
    'all of it is known',
  );
  assert.ok(existsSync(recordFile(join(at.dir, 'one', 'occ'))));
  forget();
  const second = await at.run(['start', '--port', '0', '--emulator'], two);
  assert.match(second.stderr, new RegExp(`proxy \\(pid ${pid}\\) is running already on ${url}`));
  forget();
  assert.match((await at.run(['env'], one)).stdout, /ANTHROPIC_AUTH_TOKEN=unused/);
  forget();
  const stopped = toAnswer('stop', (await at.run(['stop', '--json'], two)).stdout);
  assert.deepEqual(
    [stopped['stopped'], stopped['how'], stopped['pid'], stopped['cut']],
    [true, 'stopped', pid, 0],
  );
  assert.deepEqual(readdirSync(join(at.dir, 'one', 'occ')), []);
});

test('from another home directory it is found by its address, and ended by signals', linux, async (t) => {
  const { at, port, url, one } = await homeOfLogins(t);
  const other = home(t);
  const env = { OCC_PORT: port };
  const config = at.write('with blanks/c.json', JSON.stringify({ auth_token: 'token-of-one' }));
  await at.run(['start', '--emulator', '--config', config], one);
  const pid = pidOf(at);
  const status = toAnswer('status', (await other.run(['status', '--json'], env)).stdout);
  assert.deepEqual(
    [status['running'], status['pid'], status['url'], status['requests']],
    [true, pid, url, 0],
  );
  const page = await other.run(['status'], env);
  assert.match(page.stdout, /running on .*pid \d+.*\n[^]*record +not in this home directory/);
  // The options are those of its command line, and so the token is that of its configuration.
  assert.match((await other.run(['env'], env)).stdout, /ANTHROPIC_AUTH_TOKEN=token-of-one\n/);
  const attach = ['launch', '--attach', 'exec', '--', 'sh', '-c', 'echo $ANTHROPIC_BASE_URL'];
  assert.equal((await other.run(attach, env)).stdout, `${url}\n`);
  assert.match(
    (await other.run(['why'], env)).stdout,
    new RegExp(`Looked at the proxy on ${url} \\(pid ${pid}\\)`),
  );
  assert.match((await other.run(['statusline'], env)).stdout, /no answer yet/);
  const doctor = await other.run(['doctor', 'record', '--offline'], env);
  assert.match(doctor.stdout, /has no record in this\s+home directory/);
  const second = await other.run(['start', '--emulator'], env);
  assert.deepEqual(
    [second.code, second.stderr.includes(`(pid ${pid}) is running already on ${url}`)],
    [1, true],
  );

  assert.equal((await other.run(['restart'], env)).code, 0);
  assert(!isAlive(pid));
  const { options, pid: next } = recordIn(other.dir) as ProxyRecord;
  assert.deepEqual(options, { config, emulator: true });
  const stopped = await at.run(['stop'], one);
  assert.equal(stopped.stdout, `proxy on ${url} (pid ${next}) stopped\n`);
  assert(!isAlive(next));
});

test('stopped by a signal, a live stream may finish, and is cut after the timeout', linux, async (t) => {
  const { at, port, url, one } = await homeOfLogins(t);
  const other = home(t);
  await at.run(['start', '--emulator'], one);
  const body = JSON.stringify({
    model: 'claude-sonnet-5',
    max_tokens: 100,
    stream: true,
    messages: [{ role: 'user', content: '[emulator: slow 60]' }],
  });
  const response = await fetch(`${url}/v1/messages`, { method: 'POST', body });
  const { reader } = await readUntil(response, 'text_delta');
  const stopping = other.run(['stop', '--timeout', '0.3', '--json'], { OCC_PORT: port });
  let rest = '';
  for (let read = await reader.read(); !read.done; read = await reader.read())
    rest += new TextDecoder().decode(read.value);
  assert.match(rest, /event: error\ndata: .*occ was stopped/);
  const stopped = toAnswer('stop', (await stopping).stdout);
  assert.deepEqual([stopped['stopped'], stopped['how'], stopped['cut']], [true, 'stopped', 1]);
});

test('a token that is not the configured one is not guessed', linux, async (t) => {
  const { at, port, url, one } = await homeOfLogins(t);
  const other = home(t);
  await at.run(['start', '--emulator'], { ...one, OCC_AUTH_TOKEN: 'token-of-one' });
  for (const [own, words] of [
    [{}, /requires a token, and none is configured/],
    [{ OCC_AUTH_TOKEN: 'another' }, /requires another token than the configured one/],
  ] as const) {
    for (const args of [['env'], ['launch', '--attach', 'exec', '--', 'true']]) {
      const { code, stdout, stderr } = await other.run(args, { OCC_PORT: port, ...own });
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, words);
      assert.ok(stderr.includes(url));
    }
  }
  const known = await other.run(['env'], { OCC_PORT: port, OCC_AUTH_TOKEN: 'token-of-one' });
  assert.match(known.stdout, /ANTHROPIC_AUTH_TOKEN=token-of-one\n/);
  await at.run(['stop'], one);
});

test('a proxy on every address is found on loopback', async (t) => {
  for (const [host, near] of [
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['localhost', 'localhost'],
  ] as const) {
    const { at, port, one, two } = await homeOfLogins(t);
    const env = { OCC_HOST: host, OCC_AUTH_TOKEN: 'token-for-all' };
    const started = await at.run(['start', '--emulator'], { ...one, ...env });
    if (host === '::' && /EAFNOSUPPORT|EADDRNOTAVAIL/.test(started.stderr)) continue;
    assert.equal(started.code, 0, started.stderr);
    for (const folder of [state(at), join(at.dir, 'one', 'occ')]) rmSync(recordFile(folder));
    const status = toAnswer('status', (await at.run(['status', '--json'], { ...two, ...env })).stdout);
    assert.deepEqual([status['running'], status['url']], [true, `http://${near}:${port}`]);
    await at.run(['stop'], one);
  }
});

test('another program on the configured port is no proxy', async (t) => {
  const { at, port, one } = await homeOfLogins(t);
  const answers = ['{"service":"something"}', 'not JSON', '[]', '{"service":"occ"'];
  const server = createServer((_, response) => response.end(answers.shift() ?? '{}'));
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  for (let left = answers.length; left > 0; left--) {
    const { code, stdout } = await at.run(['status'], one);
    assert.deepEqual([code, stdout], [3, 'no proxy is running\n']);
  }
  assert.deepEqual((await at.run(['stop'], one)).stdout, 'no proxy is running\n');
  assert.equal((await at.run(['env'], one)).code, 3);
});

test('two proxies of two home directories are distinguished', async (t) => {
  const { at, port, one } = await homeOfLogins(t);
  const other = home(t);
  await at.run(['start', '--emulator'], one);
  // With a port of its own, while the configured one is that of the first.
  const started = await other.run(['start', '--port', '0', '--emulator'], { OCC_PORT: port });
  assert.equal(started.code, 0, started.stderr);
  const [first, second] = [pidOf(at), pidOf(other)];
  const pidFrom = async (place: Home, env: Record<string, string>): Promise<unknown> =>
    toAnswer('status', (await place.run(['status', '--json'], env)).stdout)['pid'];
  assert.deepEqual([await pidFrom(at, one), await pidFrom(other, { OCC_PORT: port })], [first, second]);
  assert.match(
    (await other.run(['stop'], { OCC_PORT: port })).stdout,
    new RegExp(`pid ${second}\\) stopped`),
  );
  assert.ok(isAlive(first));
  await at.run(['stop'], one);
});

test(
  'a program that took the port and the instance of a proxy that was killed is not believed',
  linux,
  async (t) => {
    const { at, port, one } = await homeOfLogins(t);
    await at.run(['start', '--emulator'], one);
    const record = recordIn(at.dir) as ProxyRecord;
    process.kill(record.pid, 'SIGKILL');
    await waitUntil(() => !isAlive(record.pid), 'the proxy to end');
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      response.end(
        JSON.stringify({ service: 'occ', instance: record.instance, pid: record.pid, variables: {} }),
      );
    });
    t.after(() => server.close());
    // The system closes the port some time after the process has ended.
    server.on('error', () => server.listen(Number(port), '127.0.0.1'));
    server.listen(Number(port), '127.0.0.1');
    await waitUntil(() => server.listening, 'the port to be free');
    // The impostor runs as the same user here, so only the record must not be believed.
    assert.equal((await at.run(['stop'], { ...one, OCC_PORT: '0' })).stdout.includes('stale record'), true);
    assert.deepEqual(new Set(asked), new Set(['/health ']), 'the token for control was not sent');
  },
);

test('a pid that another process has now is not signalled', linux, async (t) => {
  const at = home(t);
  await at.run(['start', '--port', '0', '--emulator']);
  const running = recordIn(at.dir) as ProxyRecord;
  const other = home(t);
  // The record of an earlier proxy, whose pid now is that of another proxy.
  const { began: _, ...early } = running;
  const url = `http://127.0.0.1:${await freePort()}`;
  for (const record of [
    { ...running, instance: 'earlier', began: '1', url },
    {
      ...running,
      instance: 'earlier',
      machine: { name: running.machine?.name, pids: 'of an earlier start' },
      url,
    },
    { ...early, instance: 'earlier', url: running.url },
  ]) {
    other.write('.local/state/occ/proxy.json', JSON.stringify(record));
    assert.match((await other.run(['stop'])).stdout, /stale record of pid \d+ has been removed/);
    assert.ok(isAlive(running.pid));
  }
  await at.run(['stop']);
});

test('the record of another machine is neither believed nor removed', async (t) => {
  const { at, one } = await homeOfLogins(t);
  await at.run(['start', '--port', '0', '--emulator']);
  const running = recordIn(at.dir) as ProxyRecord;
  await at.run(['stop']);
  const url = `http://127.0.0.1:${await freePort()}`;
  const elsewhere = { ...running, url, machine: { name: 'nas', pids: 'x' }, pid: process.pid };
  const file = at.write('.local/state/occ/proxy.json', JSON.stringify(elsewhere));
  const status = await at.run(['status']);
  assert.deepEqual(
    [status.code, status.stdout],
    [3, 'no proxy is running on this machine; the record is that of nas\n'],
  );
  assert.match((await at.run(['stop'])).stdout, /the record is that of nas/);
  assert.equal((await at.run(['start', '--emulator', '--port', '0'])).code, 0);
  assert.equal((parseJson(readFileSync(file, 'utf8')) as { url: string }).url, url, 'it is kept');
  assert.equal((await at.run(['status'], one)).code, 0, 'its own record stands beside it');
  assert.match((await at.run(['stop'])).stdout, /stopped\n$/);
  assert.deepEqual(
    readdirSync(state(at)).filter((name) => name.startsWith('proxy.')),
    ['proxy.json'],
  );
});

test('a proxy of another version that does not know a request says so', async (t) => {
  const at = home(t);
  await at.run(['start', '--port', '0', '--emulator']);
  const running = recordIn(at.dir) as ProxyRecord;
  const server = createServer((request, response) => {
    const health = request.url === '/health';
    response.statusCode = health ? 200 : 404;
    response.end(JSON.stringify(health ? { service: 'occ', instance: running.instance } : { type: 'error' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(state(at), 'proxy.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, JSON.stringify({ ...running, url, version: '99.0.0' }));
  for (const args of [['status'], ['env']]) {
    const { code, stderr } = await at.run(args);
    assert.equal(code, 1);
    assert.match(stderr, /is occ 99\.0\.0 and does not understand occ .*\n.*occ restart/);
  }
  writeFileSync(file, text);
  await at.run(['stop']);
});

test(
  'a proxy is found, and its folder made private again, after others were let into it',
  linux,
  async (t) => {
    const { at, port, url } = await homeOfLogins(t);
    const env = { OCC_PORT: port };
    mkdirSync(state(at), { recursive: true });
    await at.run(['start', '--emulator'], env);
    chmodSync(recordFile(state(at)), 0o666);
    // Rewritten by the proxy, so the folder is opened, too.
    chmodSync(state(at), 0o777);
    const known = toAnswer('status', (await at.run(['status', '--json'], env)).stdout);
    assert.deepEqual([known['running'], known['url']], [true, url]);
    await at.run(['stop'], env);
  },
);
