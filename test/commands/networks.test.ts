/** A proxy that other machines reach: its address for clients on this one, and the names of this machine. */
import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { waitUntil } from '../support/limits.ts';
import { home, recordIn } from './program.ts';

const secret = { OCC_AUTH_TOKEN: 'a-token-for-other-machines' };

/** The status of /v1/models for a client that reaches the proxy by `host`, and the message of an error. */
async function ask(port: number, host: string): Promise<{ status: number | undefined; message: string }> {
  const headers = { host, 'x-api-key': secret.OCC_AUTH_TOKEN };
  const outgoing = request({ host: '127.0.0.1', port, path: '/v1/models', headers }).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of answer) text += String(piece);
  const { error } = JSON.parse(text) as { error?: { message: string } };
  return { status: answer.statusCode, message: error?.message ?? '' };
}

test('everything that names a proxy on 0.0.0.0 to this machine names loopback', async (t) => {
  const { dir, run, program } = home(t);
  program('claude', '#!/bin/sh\necho "$ANTHROPIC_BASE_URL"\n');
  const started = await run(['start', '--emulator', '--host', '0.0.0.0', '--port', '0'], secret);
  const { port, host } = recordIn(dir) ?? assert.fail(started.stderr);
  assert.equal(host, '0.0.0.0');
  const url = `http://127.0.0.1:${port}`;
  for (const [args, expected] of [
    [['env'], `ANTHROPIC_BASE_URL=${url}\n`],
    [['env', '--json'], `"url": "${url}"`],
    [['status'], url],
    [['status', '--json'], `"url": "${url}"`],
    [['launch', '--attach'], url],
  ] as const) {
    const { stdout, stderr } = await run(args);
    assert.ok(stdout.includes(expected), `${args.join(' ')}: ${stdout}${stderr}`);
    assert.doesNotMatch(stdout, /0\.0\.0\.0:/);
  }
  assert.match(started.stdout, new RegExp(`^# occ listens on ${url} .*\n`));
  const second = await run(['start', '--emulator'], secret);
  assert.match(second.stderr, new RegExp(`is running already on ${url}\n`));
  assert.match((await run(['stop'])).stdout, /stopped\n$/);
});

test('the command of a refusal adds the host, without a restart', async (t) => {
  const { dir, run } = home(t);
  await run(['config', 'set', 'allowed_hosts.0', 'first.example']);
  await run(['start', '--emulator', '--port', '0'], secret);
  const { port } = recordIn(dir) ?? assert.fail('it does not run');
  const { status, message } = await ask(port, 'my-nas.local');
  assert.equal(status, 403);
  const command = /Next: occ (config set \S+ \S+) /.exec(message)?.[1] ?? assert.fail(message);
  const { code, stderr } = await run(command.split(' '));
  assert.equal(code, 0, stderr);
  await waitUntil(async () => (await ask(port, 'my-nas.local')).status === 200, 'the new list');
  assert.equal((await ask(port, 'first.example')).status, 200);
  assert.match((await run(['config', 'show'])).stdout, /allowed_hosts\[1\] = "my-nas\.local" {2}\(file\)/);
  await run(['stop']);
});

test('a list of hosts that is none', async (t) => {
  const { run } = home(t);
  assert.match((await run(['config', 'show'])).stdout, /allowed_hosts = \[\] {2}\(default\)/);
  for (const wrong of ['*.local', 'http://nas.local', 'nas.local:3456', '']) {
    const { code, stderr } = await run(['config', 'set', 'allowed_hosts.0', wrong]);
    assert.equal(code, 78, wrong);
    assert.match(stderr, /allowed_hosts\[0\].*expected one host name or IP address, without scheme, port/);
  }
  const { code, stderr } = await run(['config', 'set', 'allowed_hosts', 'nas.local']);
  assert.equal(code, 78);
  assert.match(stderr, /allowed_hosts.*found a string, expected a list/);
});
