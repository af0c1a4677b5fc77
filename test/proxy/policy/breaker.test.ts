/** The circuit breaker as a reducer: what opens it, when it admits a probe, and that it never stays open for ever. */
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

test('it opens after exactly the configured number of failures in a row', () => {
  assert.equal(after([event('failed'), event('failed')]).state, 'closed');
  assert.deepEqual(open, { state: 'open', failures: 3, until: 1000 });
  const mixed = [event('failed'), event('failed'), event('answered'), event('failed'), event('failed')];
  assert.deepEqual(after(mixed), { state: 'closed', failures: 2 });
});

test('neutral outcomes neither add to the failures nor reset them', () => {
  assert.deepEqual(after(Array.from({ length: 9 }, () => event('neutral'))), closed);
  assert.deepEqual(after([event('failed'), event('neutral'), event('content')]), {
    state: 'closed',
    failures: 1,
  });
});

test('an open breaker admits nothing, and after its time one probe at a time', () => {
  assert.deepEqual(admission(closed, 0), { admitted: true, probe: false });
  assert.deepEqual(admission(open, 0), { admitted: false, waitMs: 1000 });
  assert.deepEqual(admission(open, 999), { admitted: false, waitMs: 1 });
  assert.deepEqual(admission(open, 1000), { admitted: true, probe: true });
  assert.deepEqual(admission(probing, 1000), { admitted: false, waitMs: 1000 });
  assert.deepEqual(admission(probing, 1500), { admitted: false, waitMs: 500 });
});

test('a probe that takes longer than resetMs no longer blocks other attempts', () => {
  assert.deepEqual(admission(probing, 2000), { admitted: true, probe: true });
});

const endings: [Sign | 'content', Circuit][] = [
  ['answered', closed],
  ['failed', { state: 'open', failures: 4, until: 2200 }],
  // The next probe is admitted at once.
  ['neutral', { state: 'open', failures: 3, until: 1200 }],
  // The model answers again, but one more failure reopens the breaker.
  ['content', { state: 'closed', failures: 2 }],
];
for (const [type, expected] of endings) {
  test(`a probe ends: ${type}`, () => {
    assert.deepEqual(next(probing, event(type, true), 1200, settings), expected);
  });
  test(`the end of an attempt from before it opened changes nothing: ${type}`, () => {
    for (const circuit of [open, probing])
      assert.deepEqual(next(circuit, event(type), 1200, settings), circuit);
  });
}

test('after a probe with a neutral outcome the next probe is admitted at once', () => {
  const released = next(probing, event('neutral', true), 1200, settings);
  assert.deepEqual(admission(released, 1200), { admitted: true, probe: true });
});

test('a probe that breaks off after content opens the breaker again', () => {
  const answering = next(probing, event('content', true), 1200, settings);
  assert.deepEqual(admission(answering, 1200), { admitted: true, probe: false });
  assert.deepEqual(next(answering, event('failed', true), 1300, settings), {
    state: 'open',
    failures: 3,
    until: 2300,
  });
});

test('after any events an attempt is admitted within resetMs', () => {
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
  ['a client disconnect', { type: 'abandoned' }, 'neutral'],
  ['a client error', refusedWith(400), 'neutral'],
  [
    'a prompt that is too long',
    refusedWith(400, { message: 'prompt is too long: 9000 tokens > 8000 maximum' }),
    'neutral',
  ],
  ['a rejected key', refusedWith(401), 'neutral'],
  ['a spent quota', refusedWith(429, { type: 'GoUsageLimitError' }), 'neutral'],
  ['an unavailable model', refusedWith(410), 'neutral'],
  ['a wrong format', refusedWith(400, { type: 'ModelProtocolUnsupported' }), 'neutral'],
  ['too many requests', refusedWith(429), 'failed'],
  ['an outage', refusedWith(503), 'failed'],
];
for (const [name, outcome, sign] of signs)
  test(`${name} counts as ${sign}`, () => assert.equal(signOf(outcome), sign));

test('every trouble counts except an encoding error and the client’s own timeout', () => {
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
