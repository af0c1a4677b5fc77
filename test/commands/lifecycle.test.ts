/** Tests start, status, env, restart and stop, and invalid or stale records. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { parseJson, toObject } from '../../lib/json.ts';
import { toAnswer } from '../support/answers.ts';
import { readUntil, waitUntil } from '../support/proxy.ts';
import { alive, fakeClient, home, recordIn, type Home } from './program.ts';

const start = ['start', '--port', '0', '--emulator'];

function recordOf({ dir }: Home): NonNullable<ReturnType<typeof recordIn>> {
  const record = recordIn(dir);
  assert(record, 'a record');
  return record;
}

function state({ dir }: Home, file: string): string {
  return join(dir, '.local/state/occ', file);
}

async function gone(pid: number): Promise<void> {
  await waitUntil(() => !isAlive(pid), `process ${pid} to end`);
}

/** False for a zombie too: in a container without an init, no process may wait for it. */
function isAlive(pid: number): boolean {
  try {
    return alive(pid) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return alive(pid);
  }
}

const question = (prompt: string): string =>
  JSON.stringify({
    model: 'claude-sonnet-5',
    max_tokens: 100,
    stream: true,
    messages: [{ role: 'user', content: prompt }],
  });

test('start, status, env and stop', async (t) => {
  const at = home(t);
  const started = await at.run(start);
  assert.equal(started.code, 0, started.stderr);
  const { pid, url } = recordOf(at);
  assert.match(started.stdout, new RegExp(`^# occ listens on ${url} \\(pid ${pid}\\)\n`));
  assert.match(started.stdout, /\nunset ANTHROPIC_API_KEY\n$/);
  assert.match(started.stderr, /occ stop ends it/);

  const answer = await fetch(`${url}/v1/messages`, { method: 'POST', body: question('hello') });
  assert.match(await answer.text(), /event: message_stop/);
  const status = toAnswer('status', (await at.run(['status', '--json'])).stdout);
  assert.deepEqual([status['running'], status['requests'], status['failures']], [true, 1, 0]);
  assert.deepEqual(
    (status['models'] as { model: string; attempts: number }[]).map(({ model, attempts }) => [
      model,
      attempts,
    ]),
    [['emulator/emulator-chat', 1]],
  );
  const page = await at.run(['status']);
  assert.equal(page.code, 0);
  assert.match(page.stdout, new RegExp(`running on ${url} {2}pid ${pid}`));

  const env = await at.run(['env']);
  assert.equal(env.stdout, started.stdout.slice(started.stdout.indexOf('\n') + 1));
  toAnswer('env', (await at.run(['env', '--json'])).stdout);

  const stopped = await at.run(['stop']);
  assert.deepEqual([stopped.code, stopped.stdout], [0, `proxy on ${url} (pid ${pid}) stopped\n`]);
  await gone(pid);
  assert(!existsSync(state(at, 'proxy.json')), 'the record is removed');
  assert.equal((await at.run(['status'])).code, 3);
  assert.equal((await at.run(['env'])).code, 3);
  assert.equal((await at.run(['stop'])).code, 0);
});

test('a second start reports the running proxy and does not affect it', async (t) => {
  const at = home(t);
  await at.run(start);
  const { pid, url } = recordOf(at);
  for (const args of [start, [...start, '--foreground'], ['start']]) {
    const { code, stdout, stderr } = await at.run(args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, new RegExp(`proxy \\(pid ${pid}\\) is running already on ${url}`));
  }
  assert.equal((await fetch(`${url}/health`)).status, 200);
});

test('status and stop work for a proxy in the foreground', async (t) => {
  const at = home(t);
  const occ = at.start([...start, '--foreground']);
  await occ.waitFor('Ctrl-C ends it');
  assert.equal((await at.run(['status'])).code, 0);
  assert.match((await at.run(['stop'])).stdout, /stopped\n$/);
  assert.deepEqual([(await occ.ended).code, existsSync(state(at, 'proxy.json'))], [0, false]);
});

test('only one of several simultaneous starts succeeds, with and without a stale record', async (t) => {
  for (const stale of [false, true]) {
    const at = home(t);
    if (stale) at.write('.local/state/occ/proxy.json', JSON.stringify(recordFor({ pid: process.pid })));
    const ends = await Promise.all(Array.from({ length: 5 }, () => at.run(start)));
    const codes = ends.map(({ code }) => code ?? -1).toSorted((a, b) => a - b);
    assert.deepEqual(codes, [0, 1, 1, 1, 1], JSON.stringify(ends));
    const { url } = recordOf(at);
    for (const { code, stderr } of ends)
      if (code === 1) assert.match(stderr, new RegExp(`running already on ${url}`));
    assert.match((await at.run(['stop'])).stdout, /stopped\n$/);
  }
});

/** The record of an earlier run. */
function recordFor({ pid, port = 1 }: { pid: number; port?: number }): object {
  return {
    schema: 1,
    instance: 'of-another-run',
    pid,
    url: `http://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    version: '0.0.1',
    started_at: '2026-01-01T00:00:00.000Z',
    control: 'x',
    program: 'occ.ts',
    options: {},
    log: '/nowhere',
  };
}

test('after kill -9 the record is stale: status reports it, stop removes it, start replaces it', async (t) => {
  const at = home(t);
  await at.run(start);
  const first = recordOf(at);
  process.kill(first.pid, 'SIGKILL');
  await gone(first.pid);
  const status = await at.run(['status', '--json']);
  assert.equal(status.code, 3);
  assert.match(
    String(toAnswer('status', status.stdout)['reason']),
    new RegExp(`record of pid ${first.pid} is stale`),
  );
  const again = await at.run(start);
  assert.equal(again.code, 0);
  assert.match(again.stderr, new RegExp(`earlier proxy \\(pid ${first.pid}\\) was stale and is replaced`));
  const second = recordOf(at);
  process.kill(second.pid, 'SIGKILL');
  await gone(second.pid);
  const stopped = toAnswer('stop', (await at.run(['stop', '--json'])).stdout);
  assert.deepEqual([stopped['stopped'], stopped['how']], [false, 'stale']);
  assert(!existsSync(state(at, 'proxy.json')));
});

test('does not affect another program that has the recorded pid and port', async (t) => {
  const at = home(t);
  // The process of this test has the pid and the port.
  const foreign = await listening((_, res) => res.end('{"service":"something","status":"ok"}'));
  t.after(() => foreign.close());
  const { port } = foreign.address() as AddressInfo;
  at.write('.local/state/occ/proxy.json', JSON.stringify(recordFor({ pid: process.pid, port })));
  assert.equal((await at.run(['status'])).code, 3);
  assert.match((await at.run(['stop'])).stdout, /stale record of pid \d+ has been removed/);
  at.write('.local/state/occ/proxy.json', JSON.stringify(recordFor({ pid: process.pid, port })));
  assert.equal((await at.run(start)).code, 0);
  assert(foreign.listening);
  await at.run(['stop']);
});

test('does not affect the occ of another home directory that has the recorded port', async (t) => {
  const [one, other] = [home(t), home(t)];
  await one.run(start);
  const { port, pid } = recordOf(one);
  other.write('.local/state/occ/proxy.json', JSON.stringify(recordFor({ pid, port })));
  assert.equal((await other.run(['status'])).code, 3);
  assert.match((await other.run(['stop'])).stdout, /stale record/);
  assert.equal((await one.run(['status'])).code, 0, 'not affected');
  await one.run(['stop']);
});

test('an invalid record counts as no record', async (t) => {
  const at = home(t);
  for (const text of [
    '',
    '{',
    '[]',
    '{"pid":1}',
    JSON.stringify({ ...recordFor({ pid: 1 }), url: 'no url' }),
  ]) {
    at.write('.local/state/occ/proxy.json', text);
    assert.equal((await at.run(['status'])).code, 3, text);
  }
  assert.equal((await at.run(start)).code, 0);
  await at.run(['stop']);
});

test('reports a port in use, and leaves nothing running', async (t) => {
  const at = home(t);
  const foreign = await listening((_, res) => res.end('hello'));
  t.after(() => foreign.close());
  const port = String((foreign.address() as AddressInfo).port);
  const { code, stdout, stderr } = await at.run(['start', '--port', port, '--emulator']);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use\n {2}.*--port 0`));
  assert(!existsSync(state(at, 'proxy.json')));
});

test('names the occ of another home directory that uses the port', async (t) => {
  const [one, other] = [home(t), home(t)];
  await one.run(start);
  const { port, pid } = recordOf(one);
  const { code, stderr } = await other.run(['start', '--port', String(port), '--emulator']);
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`proxy \\(pid ${pid}\\) is running already on http://127\\.0\\.0\\.1:${port}`),
  );
  await one.run(['stop']);
});

test('reports an invalid configuration with its exit code', async (t) => {
  const at = home(t);
  const config = at.write(
    'bad.json',
    '{ "models": { "default": { "provider": "nobody", "model_id": "m" } } }',
  );
  const bad = await at.run(['start', '--config', 'bad.json']);
  assert.equal(bad.code, 78);
  assert.match(bad.stderr, /models\.default\.provider/);
  const keyless = await at.run(['start']);
  assert.equal(keyless.code, 78);
  assert.match(keyless.stderr, /has no key/);
  writeFileSync(config, '{ "fallbakcs": {} }');
  const odd = await at.run([...start, '--config', 'bad.json']);
  assert.equal(odd.code, 0);
  assert.match(odd.stderr, /fallbakcs.*fallbacks/s);
  assert.equal(recordOf(at).options.config, config, 'found from anywhere');
  await at.run(['stop']);
});

test('reports a state directory that cannot be written', async (t) => {
  const at = home(t);
  at.write('.local/state', 'a file where a directory is needed');
  const { code, stderr } = await at.run(start);
  assert.equal(code, 1);
  assert.match(stderr, /the proxy cannot be started: .*(ENOTDIR|EEXIST)/);
});

test('stop lets a live stream finish, or cuts it after the timeout and reports that', async (t) => {
  const at = home(t);
  await at.run(start);
  const whole = await ask(recordOf(at).url, '[emulator: slow 2]');
  const patient = at.run(['stop', '--timeout', '30']);
  assert.match(await whole.rest(), /event: message_stop\n.*\n\n$/);
  assert.match((await patient).stdout, /stopped\n$/);

  await at.run(start);
  const cut = await ask(recordOf(at).url, '[emulator: slow 60]');
  const refused = at.run(['stop', '--timeout', '0.3', '--json']);
  const rest = await cut.rest();
  assert.match(rest, /event: error\ndata: .*occ was stopped before this answer was complete/);
  assert.doesNotMatch(rest, /message_stop/, 'a cut stream does not look whole');
  const stopped = toAnswer('stop', (await refused).stdout);
  assert.deepEqual([stopped['how'], stopped['cut']], ['stopped', 1]);
});

async function ask(url: string, prompt: string): Promise<{ rest(): Promise<string> }> {
  const response = await fetch(`${url}/v1/messages`, { method: 'POST', body: question(prompt) });
  const { text, reader } = await readUntil(response, 'text_delta');
  return {
    async rest() {
      let rest = text;
      for (let read = await reader.read(); !read.done; read = await reader.read())
        rest += new TextDecoder().decode(read.value);
      return rest;
    },
  };
}

test('reports a proxy that hangs; stop kills it', async (t) => {
  const at = home(t);
  await at.run(start);
  const { pid } = recordOf(at);
  process.kill(pid, 'SIGSTOP');
  const status = await at.run(['status']);
  assert.deepEqual([status.code, /does not answer/.test(status.stdout)], [3, true]);
  const second = await at.run(start);
  assert.deepEqual([second.code, /is there, but does not answer/.test(second.stderr)], [1, true]);
  const stopped = toAnswer('stop', (await at.run(['stop', '--json'])).stdout);
  assert.deepEqual([stopped['how'], stopped['cut']], ['killed', null]);
  await gone(pid);
  assert(!existsSync(state(at, 'proxy.json')));
});

test('only the owner can read the record and use the control endpoints', async (t) => {
  const at = home(t);
  const auth = 'a-token-of-the-configuration';
  const config = at.write('config.json', JSON.stringify({ auth_token: auth }));
  await at.run([...start, '--config', config]);
  const { url, control, pid } = recordOf(at);
  assert.equal(statSync(state(at, 'proxy.json')).mode & 0o777, 0o600);
  assert.equal(statSync(state(at, '.')).mode & 0o777, 0o700);
  const statusOf = async (token?: string, path = '/occ/status'): Promise<number> => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(url + path, { headers })).status;
  };
  assert.deepEqual(
    [await statusOf(), await statusOf(auth), await statusOf(`${control}x`), await statusOf(control)],
    [401, 401, 401, 200],
  );
  assert.equal(await statusOf(control, '/occ/nothing'), 404);
  assert.equal(await statusOf(control, '/v1/models'), 401, 'the owner’s token is no client’s');
  assert.doesNotMatch(JSON.stringify(await (await fetch(`${url}/health`)).json()), new RegExp(control));

  assert.match((await at.run(['env'])).stdout, new RegExp(`^export ANTHROPIC_AUTH_TOKEN=${auth}$`, 'm'));
  for (const args of [['env', '--json'], ['status', '--json'], ['status']])
    assert.doesNotMatch((await at.run(args)).stdout, new RegExp(`${auth}|${control}`));
  const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  assert.doesNotMatch(line, new RegExp(`${auth}|${control}`));
  assert.doesNotMatch(readFileSync(state(at, 'start.log'), 'utf8'), new RegExp(`${auth}|${control}`));
  await at.run(['stop']);
});

test('restart keeps options and address, and stops nothing if it cannot start again', async (t) => {
  const at = home(t);
  const config = at.write('config.json', '{ "heartbeat_ms": 5000 }');
  await at.run([...start, '--config', config]);
  const before = recordOf(at);
  const { code, stdout } = await at.run(['restart']);
  assert.equal(code, 0);
  const after = recordOf(at);
  assert.deepEqual([after.url, after.options.config, after.options.emulator], [before.url, config, true]);
  assert.notEqual(after.pid, before.pid);
  assert.match(stdout, new RegExp(`pid ${after.pid}`));

  writeFileSync(config, '{ "heartbeat_ms": "soon" }');
  const broken = await at.run(['restart']);
  assert.equal(broken.code, 78);
  assert.match(broken.stderr, /heartbeat_ms/);
  assert.equal((await fetch(`${after.url}/health`)).status, 200, 'still running');
  await at.run(['stop']);
  writeFileSync(config, '{}');
  assert.equal((await at.run(['restart'])).code, 78, 'nothing ran, so the defaults hold, which have no key');
});

test('no proxy remains if the starting process ends', async (t) => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGKILL', null],
  ] as const) {
    const at = home(t);
    const mark = join(at.dir, 'asked');
    // Delays readiness until the starting process has ended.
    const slow = ['sh', '-c', `echo $PPID > ${mark}; sleep 2; echo sk-slow`];
    const config = at.write('config.json', JSON.stringify({ api_key_command: slow }));
    const occ = at.start(['start', '--port', '0', '--config', config]);
    await waitUntil(() => existsSync(mark) && readFileSync(mark, 'utf8') !== '', 'the command for the key');
    occ.kill(signal);
    assert.equal((await occ.ended).code, code);
    await gone(Number(readFileSync(mark, 'utf8')));
    assert(!existsSync(state(at, 'proxy.json')), `${signal}: no record`);
    assert.equal((await at.run(['status'])).code, 3);
  }
});

test('closing the terminal does not end a proxy in the background', async (t) => {
  const at = home(t);
  await at.run(start);
  const { pid, url } = recordOf(at);
  process.kill(pid, 'SIGHUP');
  await sleep(200);
  assert.equal((await fetch(`${url}/health`)).status, 200);
  process.kill(pid, 'SIGTERM');
  await gone(pid);
  assert(!existsSync(state(at, 'proxy.json')), 'a signal tidies up too');
});

test('launch --attach uses the running proxy with its token, and leaves it running', async (t) => {
  const at = home(t);
  const config = at.write('config.json', '{ "auth_token": "token-of-the-file" }');
  at.program('claude', fakeClient(''));
  const none = await at.run(['launch', '--attach']);
  assert.deepEqual([none.code, /no proxy is running\n.*occ start/.test(none.stderr)], [3, true]);
  await at.run([...start, '--config', config]);
  const { url } = recordOf(at);
  const { code, stderr } = await at.run(['launch', '--attach', '-p', 'hi'], {
    OCC_API_KEY: 'sk-not-for-the-child',
  });
  assert.equal(code, 0, stderr);
  const { env, argv } = at.seen();
  assert.deepEqual([env['ANTHROPIC_BASE_URL'], env['ANTHROPIC_AUTH_TOKEN']], [url, 'token-of-the-file']);
  assert.equal(env['OCC_API_KEY'], undefined);
  assert.doesNotMatch(argv.join(' '), /token-of-the-file/);
  assert.deepEqual(argv.slice(-2), ['-p', 'hi']);
  for (const own of [
    ['--config', config],
    ['-m', 'nobody/nothing'],
  ])
    assert.equal((await at.run(['launch', '--attach', ...own])).code, 2, own.join(' '));
  const dry = await at.run(['launch', '--attach', '--dry-run']);
  assert.match(dry.stdout, new RegExp(`export ANTHROPIC_BASE_URL=${url}`));
  assert.doesNotMatch(dry.stdout, /token-of-the-file/);
  assert.match((await at.run(['stop'])).stdout, /stopped\n$/);
});

test('an interactive launch --attach lets its session go on in the background', async (t) => {
  const at = home(t);
  const config = at.write('config.json', '{ "auth_token": "token-of-the-file" }');
  at.program('claude', fakeClient(''));
  await at.run([...start, '--config', config]);
  const attached = async (...args: string[]) => {
    const { code, stderr } = await at.run(['launch', '--attach', ...args]);
    assert.equal(code, 0, stderr);
    return at.seen();
  };
  const first = await attached();
  assert.equal(first.env['CLAUDE_CODE_DISABLE_AGENT_VIEW'], '1', 'before its first screens');
  at.write('.claude.json', '{ "hasCompletedOnboarding": true }');
  assert.equal((await attached('-p', 'hi')).env['CLAUDE_CODE_DISABLE_AGENT_VIEW'], '1', 'print mode');
  const { env, argv } = await attached();
  const [option, file = ''] = argv;
  assert.equal(option, '--settings');
  assert.match(file, /\.local\/state\/occ\/background\/\w+\.json$/);
  const written = toObject(parseJson(readFileSync(file, 'utf8')));
  const { url } = recordOf(at);
  const carried = toObject(written['env']);
  assert.deepEqual(
    [carried['ANTHROPIC_BASE_URL'], carried['ANTHROPIC_AUTH_TOKEN']],
    [url, 'token-of-the-file'],
  );
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const name of Object.keys(carried)) assert.equal(env[name], undefined, name);
  assert.deepEqual((await attached('attach', '12')).argv, ['attach', '12']);
  await at.run(['stop']);
});

async function listening(answer: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
