/** Tests how the time that other programs take is measured, and that a busy machine is no fault of occ or a provider. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CheckFailure, NotObserved, tooLate } from '../../lib/doctor/laws/fault.ts';
import { measureLostTime } from '../../lib/doctor/lost-time.ts';
import { stretched } from '../support/limits.ts';

/** A process whose figures the test sets. */
function fakeProcess(t: TestContext, load = 0) {
  const at = { elapsedMs: 1000, activeMs: 900, processorMs: 900 };
  const lostTime = measureLostTime({ sample: () => ({ ...at }), load: () => load });
  t.after(() => lostTime.stop());
  /** Of the time that passes, the event loop had work for a part, and a processor for a part of that. */
  const pass = (elapsedMs: number, activeMs: number, processorMs: number): void => {
    at.elapsedMs += elapsedMs;
    at.activeMs += activeMs;
    at.processorMs += processorMs;
  };
  return { lostTime, pass };
}

test('time in which the process has work but no processor is lost', (t) => {
  const { lostTime, pass } = fakeProcess(t);
  pass(400, 400, 20);
  assert.equal(lostTime.lostMs(), 380);
  pass(400, 0, 0);
  assert.equal(lostTime.lostMs(), 380, 'a process without work loses none');
  pass(400, 100, 300);
  assert.equal(lostTime.lostMs(), 380, 'other threads use processors, too');
});

test('a machine is busy if a quarter of the last seconds was lost, or under high load', (t) => {
  const { lostTime, pass } = fakeProcess(t);
  assert.equal(lostTime.isBusy(), false);
  pass(1000, 1000, 760);
  assert.equal(lostTime.isBusy(), false);
  pass(1000, 1000, 700);
  assert.equal(lostTime.isBusy(), true);
  // Twenty later samples, after which that is forgotten.
  for (let i = 0; i < 20; i++) {
    pass(250, 0, 0);
    lostTime.lostMs();
  }
  assert.equal(lostTime.isBusy(), false);
  assert.equal(fakeProcess(t, 3).lostTime.isBusy(), true);
});

test('of this process, waiting for a processor counts as lost', async (t) => {
  const lostTime = measureLostTime();
  t.after(() => lostTime.stop());
  // The event loop has begun, so that it counts as active.
  await new Promise((resolve) => setImmediate(resolve));
  const [before, began] = [lostTime.lostMs(), performance.now()];
  // Blocks the thread without using the processor, as other programs do.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stretched(100));
  const share = (lostTime.lostMs() - before) / (performance.now() - began);
  assert.ok(share > 0.5, `${share}`);
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
