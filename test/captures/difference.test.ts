import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CapturedPiece } from '../../lib/captures/capture.ts';
import { firstDifference } from '../../lib/captures/difference.ts';

const event = (name: string, data = name): string => `event: ${name}\ndata: ${data}\n\n`;
const side = (...texts: string[]) => ({
  status: 200,
  headers: { a: 'b' },
  pieces: texts.map((text, i): CapturedPiece => [i, text]),
});

test('the first event that differs is shown with the two before it', () => {
  const recorded = side(event('one'), event('two'), event('three'), event('four', 'then'), event('five'));
  const today = side(event('one'), event('two'), event('three'), event('four', 'now'), event('other'));
  assert.deepEqual(firstDifference(recorded, today), {
    what: 'event',
    event: 4,
    before: ['event: two\ndata: two', 'event: three\ndata: three'],
    recorded: 'event: four\ndata: then',
    today: 'event: four\ndata: now',
  });
});

test('how the bytes are cut makes no difference, and neither do heartbeats', () => {
  const whole = event('one') + event('two');
  const cut = Array.from(whole);
  assert.equal(firstDifference(side(whole), side(...cut)), undefined);
  assert.equal(firstDifference(side(event('one') + event('ping') + event('two')), side(whole)), undefined);
});

test('an event that is missing differs, unless only the beginning was recorded', () => {
  const [short, long] = [side(event('one')), side(event('one'), event('two'))];
  assert.deepEqual(firstDifference(long, short)?.recorded, 'event: two\ndata: two');
  assert.equal(firstDifference(long, short)?.today, undefined);
  assert.deepEqual(firstDifference(short, long)?.today, 'event: two\ndata: two');
  assert.equal(firstDifference(short, long, true), undefined);
  assert.equal(firstDifference(long, short, true)?.event, 2);
});

test('status and headers come first, but for those that name a time', () => {
  const one = side(event('one'));
  assert.equal(firstDifference(one, { ...one, status: 500 })?.what, 'status');
  assert.deepEqual(firstDifference(one, { ...one, headers: {} }), {
    what: 'header',
    header: 'a',
    before: [],
    recorded: 'b',
  });
  assert.equal(firstDifference(one, { ...one, headers: { a: 'b', date: 'x' } }), undefined);
});

test('bytes that are no text are compared as bytes', () => {
  const of = (...bytes: number[]) => ({
    ...side(),
    pieces: [[0, { base64: Buffer.from(bytes).toString('base64') }]] satisfies CapturedPiece[],
  });
  assert.equal(firstDifference(of(0xc3, 0xa9), side('é')), undefined);
  assert.notEqual(firstDifference(of(0xc3, 0xa8), side('é')), undefined);
});
