/** Tests the start of a proxy in the background with a script in its place: what it reports, and what a signal ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startBackground, type Started } from '../../lib/daemon/background.ts';
import { isAlive } from '../../lib/daemon/process.ts';
import { hangMs, waitUntil } from '../support/limits.ts';

/** Reports that it is ready, and writes down how it was ended. */
const script = `
const { writeFileSync } = require('node:fs');
process.on('SIGTERM', () => { writeFileSync(process.argv[2], 'SIGTERM'); process.exit(0); });
// Ends by itself where a test fails before it has ended it.
setTimeout(() => process.exit(1), ${hangMs});
console.log('a warning');
process.send({ ready: { pid: process.pid } });
`;

interface Start {
  started: Promise<Started<string>>;
  /** The file in which the script writes how it was ended. */
  mark: string;
}

function start(t: TestContext, ask: (pid: number) => Promise<string>): Start {
  const folder = mkdtempSync(join(tmpdir(), 'occ-background-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [program, mark] = [join(folder, 'program.cjs'), join(folder, 'mark')];
  writeFileSync(program, script);
  const [, own] = process.argv;
  process.argv[1] = program;
  t.after(() => (process.argv[1] = own ?? ''));
  const started = startBackground({
    args: [mark],
    env: process.env,
    cwd: process.cwd(),
    stateDir: folder,
    limitMs: hangMs,
    ask: ({ pid }) => ask(pid),
  });
  return { started, mark };
}

test('a proxy that is ready stays, with its warnings and what it was asked', async (t) => {
  const { started } = start(t, async () => 'an answer');
  const result = await started;
  assert(result.kind === 'ready');
  assert.deepEqual([result.printed, result.answer], ['a warning\n', 'an answer']);
  assert.ok(isAlive(result.record.pid));
  process.kill(result.record.pid, 'SIGTERM');
  await waitUntil(() => !isAlive(result.record.pid), 'the end of the proxy');
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  test(`${signal} after it is ready, and before anybody was told, ends it as occ stop would`, async (t) => {
    let proxy = 0;
    const before = process.listenerCount(signal);
    const { started, mark } = start(t, async (pid) => {
      proxy = pid;
      // Twice, as from an impatient user.
      process.emit(signal, signal);
      process.emit(signal, signal);
      return 'too late';
    });
    assert.deepEqual(await started, { kind: 'interrupted', code });
    assert.equal(readFileSync(mark, 'utf8'), 'SIGTERM');
    assert.equal(isAlive(proxy), false);
    assert.equal(process.listenerCount(signal), before);
  });

test('a failure to ask is the result, and signals are no longer watched', async (t) => {
  let proxy = 0;
  const before = process.listenerCount('SIGINT');
  const { started } = start(t, async (pid) => {
    proxy = pid;
    throw new Error('no answer');
  });
  await assert.rejects(started, /no answer/);
  assert.equal(process.listenerCount('SIGINT'), before);
  process.kill(proxy, 'SIGTERM');
  await waitUntil(() => !isAlive(proxy), 'the end of the proxy');
});
