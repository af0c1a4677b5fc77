/** `traceparent` and `tracestate` of clients, valid and not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { traceContextOf } from '../../lib/traces/context.ts';
import { parent } from './sample.ts';

const { traceId, spanId } = parent;
const valid = `00-${traceId}-${spanId}-01`;

describe('traceparent', () => {
  test('a valid one is continued', () => {
    const found = { traceId, spanId, flags: 1, state: '' };
    assert.deepEqual(traceContextOf({ traceparent: valid }), found);
    assert.deepEqual(traceContextOf({ traceparent: ` ${valid} ` }), found);
    assert.deepEqual(traceContextOf({ traceparent: `00-${traceId}-${spanId}-00` }), { ...found, flags: 0 });
    // A later version is read as far as this one knows it.
    assert.deepEqual(traceContextOf({ traceparent: `01-${traceId}-${spanId}-03` }), { ...found, flags: 3 });
    assert.deepEqual(
      traceContextOf({ traceparent: `cc-${traceId}-${spanId}-01-what-the-future-holds` }),
      found,
    );
  });

  for (const [what, traceparent] of Object.entries({
    nothing: undefined,
    'an empty one': '',
    'the forbidden version': `ff-${traceId}-${spanId}-01`,
    'more than version 00 has': `${valid}-00`,
    'more of a later version without its dash': `01-${traceId}-${spanId}-01x`,
    'capital letters': valid.toUpperCase(),
    'a trace of zeros': `00-${'0'.repeat(32)}-${spanId}-01`,
    'a span of zeros': `00-${traceId}-${'0'.repeat(16)}-01`,
    'a short trace': `00-${traceId.slice(1)}-${spanId}-01`,
    'a long span': `00-${traceId}-${spanId}0-01`,
    'letters beyond f': `00-${traceId.replace('a', 'g')}-${spanId}-01`,
    'two of them': `${valid}, ${valid}`,
  }))
    test(`a new trace begins: ${what}`, () =>
      assert.equal(traceContextOf({ ...(traceparent !== undefined && { traceparent }) }), undefined));
});

describe('tracestate', () => {
  const stateOf = (tracestate: string): string | undefined =>
    traceContextOf({ traceparent: valid, tracestate })?.state;

  test('a valid list is kept, without what separates its members', () => {
    assert.equal(stateOf('vendor=a1 , other@sys=b:2,,'), 'vendor=a1,other@sys=b:2');
  });

  test('an invalid one is left out, and the trace goes on', () => {
    const many = Array.from({ length: 33 }, (_, at) => `k${at}=v`).join(',');
    for (const state of ['no value', 'Upper=1', 'a=1,a=2', 'a=1=2', 'a=\u00e4', `a=${'x'.repeat(600)}`, many])
      assert.equal(stateOf(state), '', state);
  });
});
