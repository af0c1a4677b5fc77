/** The short form of `npm run chaos`: the same checks on fewer requests, always with the same seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../chaos/chaos.ts';
import { excesses } from '../chaos/leaks.ts';

test(
  'answers stay correct with faulty upstreams, unreliable clients and changing settings',
  { timeout: 300_000 },
  async () => {
    const report = await chaos({ requests: 800, concurrent: 100, seed: 20_261, lookEvery: 200 });
    assert.deepEqual(report.wrong, []);
    assert.deepEqual(report.complaints, []);
    assert.deepEqual(report.faults, []);
    assert.deepEqual(excesses(report, 100), []);
    // Every kind of result must have occurred, or the test would check too little.
    const { answered, refused, left, empty, 'broken off': brokenOff } = report.sorts;
    assert.equal(answered + refused + left + empty + brokenOff, 800);
    assert(answered > 200 && refused > 5 && left > 50 && brokenOff > 20, JSON.stringify(report.sorts));
    assert(report.fallbacks > 20 && report.reloads > 3);
  },
);
