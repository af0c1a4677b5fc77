/** Tests what `occ start` prints: for a person on a terminal, and for a shell that reads it through a pipe. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { printStarted } from '../../lib/commands/start/page.ts';
import { openOutput } from '../../lib/terminal/output.ts';

const url = 'http://127.0.0.1:3456';

async function printed(width: number | undefined, stays = true): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[name] += chunk.toString();
        done();
      },
    });
  const output = await openOutput({
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: {},
    noColor: true,
    json: false,
    quiet: false,
    verbose: false,
  });
  const record = {
    instance: 'i',
    pid: 42,
    url,
    host: '127.0.0.1',
    port: 3456,
    version: '0',
    started_at: '',
    control: 'secret-of-the-record',
    program: 'occ.js',
    options: {},
    log: '/home/me/occ.log',
  };
  const variables = { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: 'a-token-of-my-own' };
  printStarted({ record, variables, output, width, stays, home: '/home/me' });
  return said;
}

for (const width of [20, 40, 60, 80, 120]) {
  test(`on ${width} columns it prints the address, the next commands and no token`, async () => {
    const { stdout, stderr } = await printed(width);
    assert.doesNotMatch(stdout + stderr, /a-token-of|secret-of/);
    const [first, ...next] = stdout.trimEnd().split('\n');
    assert.equal(first, `occ listens on ${url} (pid 42)`);
    for (const command of ['eval "$(occ env)"', 'occ launch --attach', 'occ status', 'occ stop'])
      assert.ok(next.join('\n').includes(command), command);
    if (width >= 40) for (const line of next) assert.ok(line.length <= width, line);
    if (width >= 80) assert.equal((stdout + stderr).trimEnd().split('\n').length, 3);
  });
}

test('in the foreground it does not suggest occ stop', async () => {
  const { stdout, stderr } = await printed(80, false);
  assert.doesNotMatch(stdout, /occ stop/);
  assert.match(stderr, /Ctrl-C ends it/);
});

test('to a pipe it prints lines that a shell can evaluate, with the token', async () => {
  const { stdout } = await printed(undefined);
  assert.match(stdout, /^# occ listens on/);
  assert.match(stdout, /^export ANTHROPIC_AUTH_TOKEN=a-token-of-my-own$/m);
});
