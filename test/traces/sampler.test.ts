/** Which traces are sent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { samplerNamed, samplerNames } from '../../lib/traces/sampler.ts';
import { parent } from './sample.ts';

const sampled = { ...parent, flags: 3 };
const unsampled = { ...parent, flags: 2 };
const { traceId } = parent;

test('the client decides for a parent-based sampler, and its root for a new trace', () => {
  const decisions = samplerNames.map((name) => {
    const sampler = samplerNamed(name, 0);
    return [name, sampler?.(traceId, sampled), sampler?.(traceId, unsampled), sampler?.(traceId, undefined)];
  });
  assert.deepEqual(decisions, [
    ['always_on', true, true, true],
    ['always_off', false, false, false],
    ['traceidratio', false, false, false],
    ['parentbased_always_on', true, false, true],
    ['parentbased_always_off', true, false, false],
    ['parentbased_traceidratio', true, false, false],
  ]);
  for (const name of ['jaeger_remote', 'toString', '']) assert.equal(samplerNamed(name, 1), undefined);
});

test('a ratio takes that share, always the same traces, and those of a smaller one', () => {
  const ids = Array.from({ length: 20_000 }, (_, at) =>
    createHash('sha256').update(String(at)).digest('hex').slice(0, 32),
  );
  const taken = (ratio: number): Set<string> => {
    const sampler = samplerNamed('traceidratio', ratio);
    return new Set(ids.filter((id) => sampler?.(id, undefined)));
  };
  assert.equal(taken(0).size, 0);
  assert.equal(taken(1).size, ids.length);
  const [tenth, half] = [taken(0.1), taken(0.5)];
  // Five standard deviations.
  assert.ok(Math.abs(tenth.size - 2000) < 5 * Math.sqrt(20_000 * 0.1 * 0.9));
  assert.ok(Math.abs(half.size - 10_000) < 5 * Math.sqrt(20_000 * 0.25));
  for (const id of tenth) assert.ok(half.has(id));
});

test('the last 56 bits decide, as in other programs: the threshold of a quarter is c0…', () => {
  const sampler = samplerNamed('traceidratio', 0.25);
  const withRandom = (random: string): string => `${'f'.repeat(18)}${random}`;
  assert.equal(sampler?.(withRandom('c0000000000000'), undefined), true);
  assert.equal(sampler?.(withRandom('bffffffffffff0'), undefined), false);
});
