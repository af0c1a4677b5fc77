/** A proxy of another user is not used, and one of another pid namespace is not ended by its number. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isAlive } from '../../lib/daemon/process.ts';
import { recordFile, type ProxyRecord } from '../../lib/daemon/record.ts';
import { quote } from '../../lib/shell-word.ts';
import { toAnswer } from '../support/answers.ts';
import { builtOcc } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { waitUntil } from '../support/limits.ts';
import { home, recordIn, type Ended, type Home } from './program.ts';

const uid = 54_321;

function works(command: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const asUser = `setpriv --reuid ${uid} --regid ${uid} --clear-groups`;
const inNamespace = 'unshare --pid --fork --mount-proc';
/** A checkout in a private folder cannot be read by them. */
const runsOcc = `${asUser} ${quote(process.execPath)} ${quote(builtOcc)} --version`;
const users = {
  skip: works(runsOcc) ? false : 'needs root, setpriv, and a program that other users can read',
};
const namespaces = { skip: works(`${inNamespace} true`) ? false : 'needs root and unshare' };

/** Another user cannot read the record that tells a port. */
const port = await freePort();

/** Runs occ as that user, with a home directory of its own. */
async function runAs(at: Home, words: string, prefix = asUser, more = ''): Promise<Ended> {
  const theirs = join(at.dir, 'theirs');
  mkdirSync(theirs, { recursive: true });
  chownSync(theirs, uid, uid);
  // The folder of a test is private, and so are those of the test run around it.
  for (let folder = at.dir; folder.includes('occ-'); folder = dirname(folder)) chmodSync(folder, 0o755);
  return at.shell(`words=$(declare -f occ); export HOME=${quote(theirs)} OCC_PORT=${port} ${more}
    ${prefix} /bin/bash -c "$words"$'\n'${quote(words)}`);
}

test('the proxy of another user is neither used nor ended', users, async (t: TestContext) => {
  const at = home(t);
  await at.run(['start', '--emulator'], { OCC_PORT: port });
  const { pid } = recordIn(at.dir) as ProxyRecord;
  const status = await runAs(at, 'occ status --json');
  const answer = toAnswer('status', status.stdout);
  assert.deepEqual([status.code, answer['running']], [3, false], status.stderr);
  assert.match(
    String(answer['reason']),
    /no proxy of yours is running; the occ on .* belongs to another user \(id 0\)/,
  );
  for (const words of ['occ env', 'occ launch --attach exec -- true']) {
    const { code, stdout, stderr } = await runAs(at, words);
    assert.deepEqual([code, stdout], [3, ''], stderr);
    assert.match(stderr, /belongs to another user/);
  }
  const stopped = await runAs(at, 'occ stop');
  assert.deepEqual([stopped.code, /belongs to another user/.test(stopped.stdout)], [0, true]);
  assert.match((await runAs(at, 'occ restart')).stderr, /cannot be ended from here.*belongs to another user/);
  const started = await runAs(at, 'occ start --emulator');
  assert.deepEqual(
    [started.code, /the occ of another user \(id 0\), pid \d+, uses/.test(started.stderr)],
    [1, true],
  );
  assert.match(started.stderr, /occ start --port 0/);
  const own = await runAs(at, 'occ start --port 0 --emulator && occ status && occ stop');
  assert.equal(own.code, 0, own.stderr);
  assert.match(own.stdout, /stopped\n$/);
  assert.ok(isAlive(pid));

  // Also the other way round: root may signal every process, but does not.
  await at.run(['stop']);
  const theirs = await runAs(at, 'occ start --emulator');
  assert.equal(theirs.code, 0, theirs.stderr);
  const mine = await at.run(['status'], { OCC_PORT: port });
  assert.deepEqual([mine.code, mine.stdout.includes(`(id ${uid})`)], [3, true]);
  assert.match((await at.run(['stop'], { OCC_PORT: port })).stdout, /belongs to another user/);
  assert.match((await runAs(at, 'occ stop')).stdout, /stopped\n$/);
});

test(
  'a state folder of another user is not believed, and the proxy is found by its address',
  users,
  async (t) => {
    const at = home(t);
    const folder = join(at.dir, '.local/state/occ');
    mkdirSync(folder, { recursive: true });
    chownSync(folder, uid, uid);
    const env = { OCC_PORT: port };
    const started = await at.run(['start', '--emulator'], env);
    assert.equal(started.code, 0, started.stderr);
    assert.match(
      started.stderr,
      /other commands find this proxy by its address only: .*\.local\/state\/occ belongs/,
    );
    assert.equal(recordIn(at.dir), undefined);
    const status = toAnswer('status', (await at.run(['status', '--json'], env)).stdout);
    assert.deepEqual([status['running'], status['url']], [true, `http://127.0.0.1:${port}`]);
    assert.match((await at.run(['stop'], env)).stdout, /stopped\n$/);
    execFileSync('/usr/bin/env', ['rm', '-f', recordFile(folder)]);
  },
);

test(
  'from another pid namespace it is stopped by its endpoint, and never by its number',
  namespaces,
  async (t) => {
    const at = home(t);
    await at.run(['start', '--emulator'], { OCC_PORT: port });
    const { pid } = recordIn(at.dir) as ProxyRecord;
    const inside = (words: string): Promise<Ended> =>
      at.shell(`words=$(declare -f occ); export OCC_PORT=${port}
      ${inNamespace} /bin/bash -c "$words"$'\n'${quote(words)}`);
    assert.match((await inside('occ status')).stdout, new RegExp(`pid ${pid}, up`));
    // A proxy that hangs cannot be told from one that has ended, so nothing is killed.
    process.kill(pid, 'SIGSTOP');
    assert.match((await inside('occ status')).stdout, /stale/);
    process.kill(pid, 'SIGCONT');
    const stopped = toAnswer('stop', (await inside('occ stop --json')).stdout);
    assert.deepEqual([stopped['how'], stopped['pid']], ['stopped', pid]);
    // From there, only the end of its answers is seen.
    await waitUntil(() => !isAlive(pid), 'the proxy to end');

    // And the other way round: the number that a proxy in a container has is that of another process here, or of none.
    const foreground =
      at.shell(`words=$(declare -f occ); export OCC_PORT=${port} HOME=${quote(join(at.dir, 'inside'))}
      ${inNamespace} /bin/bash -c "$words"$'\noccf() { occ start --foreground --emulator; }; occf'`);
    const found = async (): Promise<Record<string, unknown>> =>
      toAnswer('status', (await at.run(['status', '--json'], { OCC_PORT: port })).stdout);
    let answer: Record<string, unknown> = {};
    await waitUntil(async () => (answer = await found())['running'] === true, 'the proxy to start');
    assert.match(String(answer['unrecorded']), /another program listens for it, as for a container/);
    const refused = await at.run(['stop'], { OCC_PORT: port });
    assert.deepEqual([refused.code, /cannot be ended from here/.test(refused.stderr)], [1, true]);
    assert.match(refused.stderr, /docker exec/);
    // Its own home directory has the record, with which it can be stopped from outside, too.
    const own = await at.run(['stop'], { HOME: join(at.dir, 'inside'), OCC_PORT: port });
    assert.match(own.stdout, /stopped\n$/);
    assert.equal((await foreground).code, 0);
  },
);
