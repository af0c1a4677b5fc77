/** The statistics of each model that `occ status` shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { modelStats } from '../../lib/proxy/model-stats.ts';
import { proxyOver } from '../support/proxy.ts';

const now = new Date('2026-01-02T03:04:05Z');
const of = { model: 'p/m', format: 'chat' };

test('an answer ends a row of failures, a client disconnect does not', () => {
  const kept = modelStats();
  kept.note({ ...of, end: { failure: '500' } }, now);
  kept.note({ ...of, end: { failure: 'timeout' } }, now);
  kept.note({ ...of, end: 'abandoned' }, now);
  const last_failure = { at: now.toISOString(), reason: 'timeout' };
  assert.deepEqual(kept.list(), [{ ...of, attempts: 3, failures: 2, failures_in_a_row: 2, last_failure }]);
  kept.note({ ...of, end: 'answered' }, now);
  assert.deepEqual(kept.list(), [{ ...of, attempts: 4, failures: 2, failures_in_a_row: 0, last_failure }]);
});

test('latencies are medians of the last fifty attempts', () => {
  const kept = modelStats();
  for (let i = 0; i < 60; i++) kept.note({ ...of, end: 'answered', headersMs: i, firstContentMs: 1000 }, now);
  assert.deepEqual([kept.list()[0]?.headers_ms, kept.list()[0]?.first_content_ms], [35, 1000]);
});

test('each model and format has its own entry, and at most two hundred are kept', () => {
  const kept = modelStats();
  kept.note({ ...of, format: 'messages', end: 'answered' }, now);
  kept.note({ ...of, end: 'answered' }, now);
  assert.equal(kept.list().length, 2);
  for (let i = 0; i < 500; i++) kept.note({ model: `p/${i}`, format: 'chat', end: 'answered' }, now);
  assert.equal(kept.list().length, 200);
  assert.equal(kept.list().at(-1)?.model, 'p/499');
});

test('the proxy records the failed model, the one that answered instead, and the last error', async () => {
  await using over = await proxyOver([refuse(500), [say('hello')], refuse(503), refuse(529)]);
  await over.send();
  await over.attemptsLogged(2);
  const [first, second] = over.proxy.stats().models;
  assert.deepEqual(
    [first?.model, first?.failures_in_a_row, second?.model, second?.attempts, second?.failures],
    ['emulator/first', 1, 'other/second', 1, 0],
  );
  assert.equal(over.proxy.stats().lastError, undefined);
  await (await over.post()).text();
  const { lastError, models } = over.proxy.stats();
  assert.deepEqual(
    models.map(({ failures, failures_in_a_row }) => [failures, failures_in_a_row]),
    [
      [2, 2],
      [1, 1],
    ],
  );
  assert.match(lastError?.message ?? '', /all models failed[^]*other\/second/);
  assert.match(lastError?.request ?? '', /^req_/);
});
