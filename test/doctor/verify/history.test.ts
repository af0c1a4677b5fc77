/** Tests the stored results of earlier runs: bounded, private, and readable whatever the file has become. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changesSince, readRuns, storeRun, type StoredRun } from '../../../lib/doctor/verify/history.ts';
import { scratchHome } from '../../config/scratch.ts';

const run = (score: number, levels: StoredRun['levels'] = {}): StoredRun => ({
  at: '2026-11-29T12:00:00.000Z',
  occ: '0.1.0',
  score,
  levels,
});

test('the latest twenty runs of a model are kept, apart from those of a model with a similar name', (t) => {
  const state = scratchHome(t);
  for (let score = 1; score <= 25; score++) assert.ok(storeRun(state, 'a/b:c', run(score)));
  storeRun(state, 'a/b_c', run(99));
  assert.deepEqual(
    readRuns(state, 'a/b:c').map(({ score }) => score),
    Array.from({ length: 20 }, (_, at) => at + 6),
  );
  assert.deepEqual(readRuns(state, 'a/b_c'), [run(99)]);
  const [file = ''] = readdirSync(join(state, 'verify'));
  if (process.platform !== 'win32') assert.equal(statSync(join(state, 'verify', file)).mode & 0o777, 0o600);
});

test('results of a hundred models are kept, and the oldest make room', (t) => {
  const state = scratchHome(t);
  const directory = join(state, 'verify');
  mkdirSync(directory);
  for (let at = 0; at < 105; at++) {
    const file = join(directory, `old-${at}.json`);
    writeFileSync(file, '{}');
    utimesSync(file, at, at);
  }
  storeRun(state, 'a/b', run(50));
  const left = readdirSync(directory);
  assert.equal(left.length, 100);
  assert.ok(!left.includes('old-5.json') && left.includes('old-104.json'));
  assert.equal(readRuns(state, 'a/b').length, 1);
});

test('a damaged file counts as missing, and is replaced', (t) => {
  const state = scratchHome(t);
  storeRun(state, 'a/b', run(50));
  const file = join(state, 'verify', readdirSync(join(state, 'verify'))[0] ?? '');
  const good = readFileSync(file, 'utf8');
  for (const text of [
    '',
    '[',
    '[]',
    '{"model":"other/model","runs":[{"at":"2026-11-29T12:00:00.000Z","score":1}]}',
    '{"model":"a/b","runs":[1,{"at":"when?","score":3},{"at":"2026-11-29T12:00:00.000Z","score":900}]}',
    ' '.repeat(300_000) + good,
  ]) {
    writeFileSync(file, text);
    assert.deepEqual(readRuns(state, 'a/b'), [], text.slice(0, 60));
  }
  writeFileSync(file, good.replace('"levels": {}', '"levels": { "usage": "lie", "cache": "wonderful" }'));
  assert.deepEqual(readRuns(state, 'a/b'), [run(50, { usage: 'lie' })]);
  storeRun(state, 'a/b', run(60));
  assert.equal(readRuns(state, 'a/b').at(-1)?.score, 60);
});

test('a disk that cannot be written is no failure', (t) => {
  const state = join(scratchHome(t), 'file');
  writeFileSync(state, '');
  assert.equal(storeRun(state, 'a/b', run(50)), false);
});

test('only what both runs have judged can change', () => {
  const before = run(50, { usage: 'honest', cache: 'unknown', stream: 'lie', system: 'doubt' });
  const now = run(60, { usage: 'lie', cache: 'honest', stream: 'unknown', system: 'doubt', context: 'lie' });
  assert.deepEqual(changesSince(before, now), [{ code: 'usage', before: 'honest', now: 'lie' }]);
});
