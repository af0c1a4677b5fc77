import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChild } from '../../lib/terminal/child.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function handlers(): number[] {
  return signals.map((signal) => process.listenerCount(signal));
}

test('removes its signal handlers, however the child ends', async () => {
  const before = handlers();
  let during: number[] = [];
  const ended = await runChild({
    command: process.execPath,
    args: ['-e', 'process.exit(4)'],
    env,
    onSpawn: () => {
      during = handlers();
    },
  });
  assert.deepEqual(ended, { kind: 'ended', code: 4 });
  assert.deepEqual(
    during,
    before.map((count) => count + 1),
  );
  assert.deepEqual(handlers(), before);
  assert.deepEqual(await runChild({ command: 'no-such-program-here', args: [], env }), { kind: 'not_found' });
  assert.deepEqual(handlers(), before);
});

test('a directory is not runnable', async () => {
  const end = await runChild({ command: '/', args: [], env });
  assert.equal(end.kind, 'not_runnable');
});

test('an error that spawn throws is reported as not runnable', async () => {
  const before = handlers();
  const end = await runChild({ command: process.execPath, args: ['x'.repeat(20_000_000)], env });
  assert.deepEqual(end, { kind: 'not_runnable', reason: 'its arguments and environment are too long' });
  assert.deepEqual(handlers(), before);
});

test('the child gets only the given environment', async () => {
  const script =
    'process.exit(Object.keys(process.env).filter((name) => !name.startsWith("__")).join() === "ONLY" ? 0 : 1)';
  assert.deepEqual(await runChild({ command: process.execPath, args: ['-e', script], env: { ONLY: '1' } }), {
    kind: 'ended',
    code: 0,
  });
});

test('a signal ends the child with 128 plus its number', async () => {
  for (const [signal, code] of [
    ['SIGKILL', 137],
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    const args = ['-e', `process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`];
    assert.deepEqual(await runChild({ command: process.execPath, args, env }), { kind: 'ended', code });
  }
});
