/** Tests how the time that other programs take is measured, and that nobody is accused on a busy machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckFailure, NotObserved, tooLate } from '../../lib/doctor/laws/fault.ts';
import { measureLostTime } from '../../lib/doctor/lost-time.ts';

test('time in which the process has work but no processor is lost', async (t) => {
  const lostTime = measureLostTime();
  t.after(() => lostTime.stop());
  // The event loop has begun, so that it counts as active.
  await new Promise((resolve) => setImmediate(resolve));
  const before = lostTime.lostMs();
  // Blocks the thread without using the processor, as other programs do.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  assert.ok(lostTime.lostMs() - before > 300, `${lostTime.lostMs() - before} ms`);
  assert.equal(lostTime.isBusy(), true);
});

test('lost time never decreases', async (t) => {
  const lostTime = measureLostTime();
  t.after(() => lostTime.stop());
  let last = lostTime.lostMs();
  for (let i = 0; i < 50; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = lostTime.lostMs();
    assert.ok(now >= last);
    last = now;
  }
});

test('what comes too late is a failure on a quiet machine, and skipped on a busy one', () => {
  const failure = new CheckFailure('occ', 'it came late');
  assert.equal(tooLate({ isBusy: () => false }, failure), failure);
  const skipped = tooLate({ isBusy: () => true }, failure);
  assert.ok(skipped instanceof NotObserved);
  assert.equal(skipped.because, 'busy');
  assert.match(skipped.message, /^it came late, but other programs/);
});
