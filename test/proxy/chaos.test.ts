/** The short form of `npm run chaos`: the same checks on fewer requests, always with the same seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../chaos/chaos.ts';
import { leaksIn } from '../chaos/leaks.ts';
import { hangMs } from '../support/limits.ts';

test(
  'answers stay correct with faulty upstreams, unreliable clients and changing settings',
  { timeout: 10 * hangMs },
  async () => {
    const report = await chaos({ requests: 800, concurrent: 100, seed: 20_261, sampleEvery: 200 });
    assert.deepEqual(report.violations, []);
    assert.deepEqual(report.processWarnings, []);
    assert.deepEqual(report.internalErrors, []);
    assert.deepEqual(leaksIn(report, 100), []);
    // Every kind of result must have occurred, or the test would check too little.
    const { answered, refused, disconnected, empty, 'broken off': brokenOff } = report.results;
    assert.equal(answered + refused + disconnected + empty + brokenOff, 800);
    assert(
      answered > 200 && refused > 5 && disconnected > 50 && brokenOff > 20,
      JSON.stringify(report.results),
    );
    assert(report.fallbacks > 20 && report.reloads > 3);
  },
);
