import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { totalOf, type Grouping } from '../../lib/ledger/groups.ts';
import { readLedger } from '../../lib/ledger/read.ts';
import type { LedgerRecord } from '../../lib/ledger/record.ts';
import { record, scratch } from './scratch.ts';
import { writeYear } from './year.ts';

const today = '2026-11-29';

function places(t: TestContext): { dir: string; cacheDir: string } {
  const base = scratch(t);
  const dir = join(base, 'ledger');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return { dir, cacheDir: join(base, 'cache') };
}

function write(dir: string, day: string, records: readonly (LedgerRecord | string)[]): void {
  const lines = records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  writeFileSync(join(dir, `${day}.jsonl`), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
}

const use = (model: string, input: number, more: object = {}) => ({ model, input, ...more });

test('a request counts at the model that answered it, tokens and dollars at the model that used them', async (t) => {
  const at = places(t);
  write(at.dir, today, [
    record('req_1', {
      model: 'b/two',
      attempts: 2,
      fallback_from: 'a/one',
      repairs: 1,
      uses: [
        use('a/one', 100, { cost: 0.5, cost_source: 'provider' }),
        use('b/two', 7, { cache_read: 3, output: 2 }),
      ],
    }),
    record('req_2', {
      ending: 'cut',
      model: 'a/one',
      uses: [use('a/one', 11, { cost: 0.25, cost_source: 'catalogue' })],
    }),
    record('req_3', { ending: 'left' }),
  ]);
  const by = async (grouping: Grouping) =>
    (await readLedger(at, today, today, today, grouping)).groups.map(
      ({ key, requests, input, cost, listed, unpriced }) => ({
        key,
        requests,
        input,
        cost,
        listed,
        unpriced,
      }),
    );
  assert.deepEqual(await by('model'), [
    { key: 'a/one', requests: 1, input: 111, cost: 0.75, listed: 0.25, unpriced: 0 },
    { key: 'b/two', requests: 1, input: 7, cost: 0, listed: 0, unpriced: 1 },
    { key: '', requests: 1, input: 0, cost: 0, listed: 0, unpriced: 0 },
  ]);
  assert.deepEqual(
    (await by('provider')).map(({ key }) => key),
    ['a', 'b', ''],
  );
  const { groups } = await readLedger(at, today, today, today, 'session');
  const { requests, answered, failed, left, attempts, fallbacks, repairs } = totalOf(groups, 'total');
  assert.deepEqual([requests, answered, failed, left, attempts, fallbacks, repairs], [3, 1, 1, 1, 2, 1, 1]);
});

test('a torn last line, garbage and negative figures cost no other record and lower no sum', async (t) => {
  const at = places(t);
  write(at.dir, today, [
    record('req_1', { uses: [use('a/one', 5)] }),
    'no json',
    '[1,2]',
    '{"v":2,"id":"of a later version"}',
    '',
    JSON.stringify(record('req_2', { uses: [use('a/one', -4, { cost: -1, output: 'x' }), 3 as never] })),
  ]);
  appendFileSync(join(at.dir, `${today}.jsonl`), '{"v":1,"id":"req_3","uses":[{"model":"a/o');
  const { groups, unreadable } = await readLedger(at, today, today, today, 'model');
  const total = totalOf(groups, '');
  assert.deepEqual([total.requests, total.input, total.cost, total.output, unreadable], [2, 5, 0, 0, 4]);
});

test('only the days of the range are read, and nothing but files of days', async (t) => {
  const at = places(t);
  for (const day of ['2026-11-26', '2026-11-27', '2026-11-28', today])
    write(at.dir, day, [record(`req_${day}`)]);
  writeFileSync(join(at.dir, 'notes.jsonl'), 'x');
  const { groups, failures } = await readLedger(at, '2026-11-27', '2026-11-28', today, 'day');
  assert.deepEqual(
    groups.map(({ key }) => key),
    ['2026-11-27', '2026-11-28'],
  );
  assert.deepEqual(failures, []);
});

/** Requests of a day whose sums are worth keeping. */
const perDay = 5000;

test('the sums of a busy day that is over are kept, and made again when its file has changed', async (t) => {
  const at = places(t);
  writeYear(at.dir, today, 3, perDay);
  const whole = async () => {
    const { groups, unreadable } = await readLedger(at, '2026-11-01', today, today, 'session');
    return { groups, unreadable };
  };
  const first = await whole();
  const kept = readdirSync(join(at.cacheDir, 'ledger'));
  assert.deepEqual(kept.toSorted(), ['2026-11-27.json', '2026-11-28.json']);
  assert.equal(statSync(join(at.cacheDir, 'ledger', '2026-11-27.json')).mode & 0o777, 0o600);
  assert.deepEqual(await whole(), first);

  // What is kept is what is read: a sum that was changed there is seen.
  const file = join(at.cacheDir, 'ledger', '2026-11-28.json');
  const changed = readFileSync(file, 'utf8').replace('"requests":', '"requests":1000');
  writeFileSync(file, changed);
  assert.notDeepEqual(await whole(), first);

  appendFileSync(join(at.dir, '2026-11-28.jsonl'), `${JSON.stringify(record('req_late'))}\n`);
  const later = await whole();
  assert.equal(totalOf(later.groups, '').requests, totalOf(first.groups, '').requests + 1);

  const { size } = statSync(join(at.dir, '2026-11-27.jsonl'));
  writeFileSync(join(at.dir, '2026-11-27.jsonl'), 'x'.repeat(size));
  utimesSync(join(at.dir, '2026-11-27.jsonl'), 1, 1);
  assert.equal((await whole()).unreadable, 1);
  for (const damage of ['', '{', '{"form":99}']) {
    writeFileSync(file, damage);
    assert.equal(
      totalOf((await whole()).groups, '').requests,
      totalOf(first.groups, '').requests + 1 - perDay,
    );
  }
  rmSync(at.cacheDir, { recursive: true });
  writeFileSync(at.cacheDir, 'no folder can be made here');
  assert.equal((await whole()).groups.length > 0, true);
});

test('no sums are kept of a day whose file is read as fast', async (t) => {
  const at = places(t);
  writeYear(at.dir, today, 3, 820);
  const { groups } = await readLedger(at, '2026-11-01', today, today, 'day');
  assert.deepEqual(
    groups.map(({ requests }) => requests),
    [820, 820, 820],
  );
  assert.equal(existsSync(join(at.cacheDir, 'ledger')), false);
});

test('files that others may have written are left out, with the reason', async (t) => {
  const at = places(t);
  write(at.dir, '2026-11-27', [record('req_1')]);
  write(at.dir, '2026-11-28', [record('req_2')]);
  chmodSync(join(at.dir, '2026-11-27.jsonl'), 0o666);
  symlinkSync(join(at.dir, '2026-11-28.jsonl'), join(at.dir, `${today}.jsonl`));
  const { groups, failures } = await readLedger(at, '2026-11-01', today, today, 'day');
  assert.equal(totalOf(groups, '').requests, 1);
  assert.equal(failures.length, 2);
  assert.match(failures[0]?.reason ?? '', /another user may have written it/);
  assert.equal(existsSync(join(at.cacheDir, 'ledger')), false);
});
