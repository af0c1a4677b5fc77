/** The breaker as a reducer: what opens it, who may probe, and that nothing keeps it open for ever (contract 5.7). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Outcome, Trouble } from '../../../lib/proxy/policy/failures.ts';
import {
  admission,
  closed,
  next,
  signOf,
  type BreakerEvent,
  type Circuit,
  type Sign,
} from '../../../lib/proxy/policy/breaker.ts';
import { failedWith, refusedWith } from '../../support/candidates.ts';

const settings = { failures: 3, resetMs: 1000 };
const event = (type: Sign | 'content', probe = false): BreakerEvent => ({ type, probe });
const after = (events: readonly BreakerEvent[], now = 0, from: Circuit = closed): Circuit =>
  events.reduce((circuit, one) => next(circuit, one, now, settings), from);

const open = after([event('failed'), event('failed'), event('failed')]);
const probing = next(open, { type: 'probing' }, 1000, settings);

test('it opens after so many failures in a row, and not one earlier', () => {
  assert.equal(after([event('failed'), event('failed')]).state, 'closed');
  assert.deepEqual(open, { state: 'open', failures: 3, until: 1000 });
  const mixed = [event('failed'), event('failed'), event('answered'), event('failed'), event('failed')];
  assert.deepEqual(after(mixed), { state: 'closed', failures: 2 });
});

test('what says nothing about the model neither counts nor takes back what did', () => {
  assert.deepEqual(after(Array.from({ length: 9 }, () => event('neutral'))), closed);
  assert.deepEqual(after([event('failed'), event('neutral'), event('content')]), {
    state: 'closed',
    failures: 1,
  });
});

test('while it is open nobody is admitted; then one probe, and nobody beside it', () => {
  assert.deepEqual(admission(closed, 0), { admitted: true, probe: false });
  assert.deepEqual(admission(open, 0), { admitted: false, waitMs: 1000 });
  assert.deepEqual(admission(open, 999), { admitted: false, waitMs: 1 });
  assert.deepEqual(admission(open, 1000), { admitted: true, probe: true });
  assert.deepEqual(admission(probing, 1000), { admitted: false, waitMs: 1000 });
  assert.deepEqual(admission(probing, 1500), { admitted: false, waitMs: 500 });
});

test('a probe that takes longer than it would have been open keeps nobody out', () => {
  assert.deepEqual(admission(probing, 2000), { admitted: true, probe: true });
});

const endings: [Sign | 'content', Circuit][] = [
  ['answered', closed],
  ['failed', { state: 'open', failures: 4, until: 2200 }],
  // Its place is free at once, for the next one.
  ['neutral', { state: 'open', failures: 3, until: 1200 }],
  // It speaks again, and one more failure is one too many.
  ['content', { state: 'closed', failures: 2 }],
];
for (const [type, expected] of endings) {
  test(`a probe ends: ${type}`, () => {
    assert.deepEqual(next(probing, event(type, true), 1200, settings), expected);
  });
  test(`one that began before it opened ends: ${type}`, () => {
    for (const circuit of [open, probing])
      assert.deepEqual(next(circuit, event(type), 1200, settings), circuit);
  });
}

test('a probe that was given back is somebody else’s at once', () => {
  const back = next(probing, event('neutral', true), 1200, settings);
  assert.deepEqual(admission(back, 1200), { admitted: true, probe: true });
});

test('a probe that breaks off after content opens it again', () => {
  const spoke = next(probing, event('content', true), 1200, settings);
  assert.deepEqual(admission(spoke, 1200), { admitted: true, probe: false });
  assert.deepEqual(next(spoke, event('failed', true), 1300, settings), {
    state: 'open',
    failures: 3,
    until: 2300,
  });
});

test('whatever happened, somebody is admitted once the time is over', () => {
  const anyEvent: fc.Arbitrary<BreakerEvent> = fc.oneof(
    fc.constant({ type: 'probing' } as const),
    fc.record({
      type: fc.constantFrom('answered', 'failed', 'neutral', 'content'),
      probe: fc.boolean(),
    }) as fc.Arbitrary<BreakerEvent>,
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(anyEvent, fc.nat(500)), { maxLength: 60 }), (steps) => {
      let now = 0;
      let circuit: Circuit = closed;
      for (const [one, later] of steps) circuit = next(circuit, one, (now += later), settings);
      assert.equal(admission(circuit, now + settings.resetMs).admitted, true);
      const { waitMs = 0 } = admission(circuit, now) as { waitMs?: number };
      assert(waitMs >= 0 && waitMs <= settings.resetMs);
    }),
  );
});

const signs: [string, Outcome, Sign][] = [
  ['an answer', { type: 'answered' }, 'answered'],
  ['a client that left', { type: 'abandoned' }, 'neutral'],
  ['the client’s fault', refusedWith(400), 'neutral'],
  ['an overflow', refusedWith(400, { message: 'prompt is too long: 9000 tokens > 8000 maximum' }), 'neutral'],
  ['a refused key', refusedWith(401), 'neutral'],
  ['a spent plan', refusedWith(429, { type: 'GoUsageLimitError' }), 'neutral'],
  ['a model that is gone', refusedWith(410), 'neutral'],
  ['a wrong format', refusedWith(400, { type: 'ModelProtocolUnsupported' }), 'neutral'],
  ['too many requests', refusedWith(429), 'failed'],
  ['an outage', refusedWith(503), 'failed'],
];
for (const [name, outcome, sign] of signs)
  test(`${name} counts as ${sign}`, () => assert.equal(signOf(outcome), sign));

test('every trouble counts but a request that never left and the client’s own limit', () => {
  const expected: Record<Trouble, Sign> = {
    connect: 'failed',
    reset: 'failed',
    timeout: 'failed',
    stall: 'failed',
    empty: 'failed',
    truncated: 'failed',
    malformed: 'failed',
    overflow: 'failed',
    upstream: 'failed',
    encoding: 'neutral',
    client_limit: 'neutral',
  };
  for (const [trouble, sign] of Object.entries(expected))
    assert.equal(signOf(failedWith(trouble as Trouble)), sign, trouble);
});
