/** The short form of `npm run chaos`: the same checks on fewer requests, always with the same seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../chaos/chaos.ts';
import { leaksIn } from '../chaos/leaks.ts';
import { hangMs } from '../support/limits.ts';
import { exhaustive } from '../support/sampling.ts';

test(
  'answers stay correct with faulty upstreams, unreliable clients and changing settings',
  { timeout: 10 * hangMs },
  async () => {
    const requests = exhaustive ? 800 : 400;
    const report = await chaos({ requests, concurrent: 100, seed: 20_261, sampleEvery: 200 });
    assert.deepEqual(report.violations, []);
    assert.deepEqual(report.processWarnings, []);
    assert.deepEqual(report.internalErrors, []);
    assert.deepEqual(leaksIn(report, 100), []);
    // Every kind of result must have occurred, or the test would check too little.
    const { answered, refused, disconnected, empty, 'broken off': brokenOff } = report.results;
    assert.equal(answered + refused + disconnected + empty + brokenOff, requests);
    assert(
      answered > requests / 4 && disconnected > requests / 16 && brokenOff > requests / 40,
      JSON.stringify(report.results),
    );
    // Which requests are refused depends on the order of events; a sample may have none.
    assert(!exhaustive || refused > 0, JSON.stringify(report.results));
    assert(report.fallbacks > requests / 40 && report.reloads >= 2);
  },
);
