/** The timeouts of an attempt, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { wait } from '../../lib/proxy/clock.ts';
import { deadlines } from '../../lib/proxy/deadlines.ts';
import { manualClock } from '../support/clock.ts';

const hour = 3_600_000;

test('a limit fires exactly when its time is up', () => {
  const clock = manualClock();
  const limits = deadlines(new AbortController().signal, clock);
  limits.arm('first_event', hour);
  clock.advance(hour - 1);
  assert.equal(limits.ended(), undefined);
  clock.advance(1);
  assert.deepEqual([limits.ended(), limits.signal.aborted], ['first_event', true]);
  assert.equal(clock.pending(), 0);
});

test('arming a limit replaces the one that runs', () => {
  const clock = manualClock();
  const limits = deadlines(new AbortController().signal, clock);
  limits.arm('headers', 100);
  clock.advance(99);
  for (let i = 0; i < 1000; i++) {
    limits.arm('idle', hour);
    clock.advance(hour - 1);
  }
  assert.equal(limits.ended(), undefined);
  assert.equal(clock.pending(), 1);
  clock.advance(1);
  assert.equal(limits.ended(), 'idle');
});

test('a disarmed limit does not fire, and the total limit keeps running', () => {
  const clock = manualClock();
  const limits = deadlines(new AbortController().signal, clock, 2 * hour);
  limits.arm('idle', 5);
  limits.disarm();
  clock.advance(hour);
  assert.equal(limits.ended(), undefined);
  clock.advance(hour);
  assert.equal(limits.ended(), 'total');
});

test('an ended attempt leaves no timer and no listener on the client’s signal', () => {
  const clock = manualClock();
  const gone = new AbortController();
  for (let i = 0; i < 20; i++) {
    const limits = deadlines(gone.signal, clock, hour);
    limits.arm('headers', hour);
    limits.arm('idle', hour);
    assert.equal(getEventListeners(gone.signal, 'abort').length, 1);
    limits.end();
    assert.deepEqual([limits.ended(), limits.signal.aborted], ['done', true]);
    assert.equal(getEventListeners(gone.signal, 'abort').length, 0);
    assert.equal(clock.pending(), 0);
  }
});

test('the first reason to end an attempt counts', () => {
  const clock = manualClock();
  const gone = new AbortController();
  const limits = deadlines(gone.signal, clock);
  limits.arm('headers', 1);
  clock.advance(1);
  gone.abort();
  limits.end();
  assert.equal(limits.ended(), 'headers');
  limits.arm('idle', 1);
  assert.equal(clock.pending(), 0);
  const later = deadlines(gone.signal, clock, hour);
  assert.deepEqual([later.ended(), later.signal.aborted], ['gone', true]);
});

test('a wait ends at its time or when the client disconnects, and leaves nothing behind', async () => {
  const clock = manualClock();
  const gone = new AbortController();
  const full = wait(clock, hour, gone.signal);
  clock.advance(hour);
  await full;
  assert.equal(getEventListeners(gone.signal, 'abort').length, 0);
  assert.deepEqual([clock.pending(), getEventListeners(gone.signal, 'abort').length], [0, 0]);
  const cut = wait(clock, hour, gone.signal);
  gone.abort();
  await cut;
  await wait(clock, hour, gone.signal);
  assert.deepEqual([clock.pending(), getEventListeners(gone.signal, 'abort').length], [0, 0]);
});
