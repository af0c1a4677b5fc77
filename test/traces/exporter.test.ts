/** The queue of spans: batches, bounds, and that nothing is lost or sent twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivered } from '../../lib/traces/delivery.ts';
import { delayMs, exporter, mostInBatch, mostQueued } from '../../lib/traces/exporter.ts';
import type { Span } from '../../lib/traces/otlp.ts';
import { toSpans } from '../../lib/traces/spans.ts';
import { manualClock } from '../support/clock.ts';
import { waitUntil } from '../support/limits.ts';
import { idsFrom, received, sample } from './sample.ts';

const [model] = toSpans(sample, received, idsFrom());

/** Spans with counting names. */
function spans(from: number, count: number): Span[] {
  assert.ok(model);
  const one = model;
  return Array.from({ length: count }, (_, at) => ({ ...one, name: String(from + at) }));
}

/** A queue whose deliveries the test ends. */
function queue() {
  const clock = manualClock();
  const batches: string[][] = [];
  const open: ((delivered: Delivered) => void)[] = [];
  const lost: [number, string][] = [];
  const one = exporter({
    deliver: (batch) => {
      batches.push(batch.map(({ name }) => name));
      return new Promise((resolve) => open.push(resolve));
    },
    clock,
    onLost: (count, reason) => lost.push([count, reason]),
  });
  const end = async (delivered: Delivered = { lost: 0 }): Promise<void> => {
    await waitUntil(
      () => open.length > 0,
      () => 'a delivery',
    );
    open.shift()?.(delivered);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  return { ...one, clock, batches, open, lost, end };
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => String(from + at));

test('waits for more, then sends all in one batch, in order', async () => {
  const { add, clock, batches, end, flush } = queue();
  add(spans(0, 3));
  clock.advance(delayMs - 1);
  add(spans(3, 2));
  assert.deepEqual(batches, []);
  clock.advance(1);
  assert.deepEqual(batches, [names(0, 5)]);
  await end();
  assert.equal(clock.pending(), 0);
  await flush();
  assert.equal(batches.length, 1);
});

test('a full batch is sent at once, and only one at a time', async () => {
  const { add, clock, batches, open, end } = queue();
  add(spans(0, mostInBatch + 10));
  assert.deepEqual(batches, [names(0, mostInBatch)]);
  add(spans(mostInBatch + 10, mostInBatch));
  clock.advance(10 * delayMs);
  assert.equal(open.length, 1);
  assert.equal(batches.length, 1);
  await end();
  assert.deepEqual(batches[1], names(mostInBatch, 2 * mostInBatch));
  await end();
  assert.equal(batches.length, 2);
  clock.advance(delayMs);
  assert.deepEqual(batches[2], names(2 * mostInBatch, 2 * mostInBatch + 10));
});

test('what waits is bounded: the oldest are dropped, and counted', async () => {
  const { add, batches, lost, end, flush } = queue();
  add(spans(0, mostInBatch));
  add(spans(mostInBatch, mostQueued));
  assert.deepEqual(lost, []);
  add(spans(mostInBatch + mostQueued, 5));
  assert.deepEqual(lost, [[5, `more than ${mostQueued} spans were waiting`]]);
  const flushed = flush();
  for (let batch = 0; batch < 1 + mostQueued / mostInBatch; batch++) await end();
  await flushed;
  const all = names(0, mostInBatch).concat(names(mostInBatch + 5, mostInBatch + mostQueued + 5));
  assert.deepEqual(batches.flat(), all);
});

test('what a delivery lost is counted, and the next one is sent all the same', async () => {
  const { add, clock, batches, lost, end } = queue();
  add(spans(0, 2));
  clock.advance(delayMs);
  await end({ lost: 2, reason: 'nobody listens' });
  assert.deepEqual(lost, [[2, 'nobody listens']]);
  add(spans(2, 1));
  clock.advance(delayMs);
  assert.deepEqual(batches, [names(0, 2), names(2, 3)]);
});

test('the end waits for what is being sent, and sends the rest without a wait', async () => {
  const { add, clock, batches, end, flush } = queue();
  add(spans(0, 1));
  clock.advance(delayMs);
  add(spans(1, 1));
  let flushed = false;
  const done = flush().then(() => (flushed = true));
  await end();
  assert.deepEqual(batches, [['0'], ['1']]);
  assert.equal(flushed, false);
  await end();
  await done;
  assert.equal(clock.pending(), 0);
});
