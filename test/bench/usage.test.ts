import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMs, residentBytes, toMs } from './usage.ts';

test('the CPU time of a process grows by what it uses, and does not shrink', () => {
  const before = { outside: cpuMs(process.pid), inside: process.cpuUsage() };
  for (const end = process.cpuUsage().user + 100_000; process.cpuUsage().user < end;);
  const { user, system } = process.cpuUsage(before.inside);
  const used = cpuMs(process.pid) - before.outside;
  // Ten milliseconds of a coarse counter on both sides, and a second of ps.
  const coarse = process.platform === 'linux' ? 20 : 1000;
  assert.ok(Math.abs(used - (user + system) / 1000) <= coarse, `${used} ms`);
});

test('resident memory holds at least what is used of the heap', () => {
  assert.ok(residentBytes(process.pid) > process.memoryUsage().heapUsed);
});

test('CPU times of ps are read with and without hours and fractions', () => {
  assert.deepEqual(['0:01.50', '2:03', '1:00:00'].map(toMs), [1500, 123_000, 3_600_000]);
});
