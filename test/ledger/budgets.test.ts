import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openBudgets } from '../../lib/ledger/budgets.ts';
import type { LedgerRecord } from '../../lib/ledger/record.ts';
import type { AttemptRecord, EndedRequest } from '../../lib/proxy/recent.ts';
import type { Spent } from '../../lib/proxy/spent.ts';
import { record, scratch } from './scratch.ts';

const both = { day: 10, month: '1M tokens' };

function world(t: TestContext) {
  const base = scratch(t);
  const dir = join(base, 'ledger');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const at = { time: new Date(2026, 10, 29, 12) };
  const open = (by: string) => openBudgets({ dir, cacheDir: join(base, 'cache'), by, now: () => at.time });
  const write = (day: string, ...records: LedgerRecord[]) =>
    appendFileSync(join(dir, `${day}.jsonl`), records.map((one) => `${JSON.stringify(one)}\n`).join(''), {
      mode: 0o600,
    });
  return { dir, at, open, write };
}

const spent = (id: string, by: string, cost: number, tokens: number): LedgerRecord =>
  record(id, { by, uses: [{ model: 'a/b', input: tokens, cost, cost_source: 'provider' }] });

/** The request of which a proxy wrote that record. */
function ended({ uses = [] }: LedgerRecord): Pick<EndedRequest, 'attempts'> {
  const attempts = uses.map(({ model, input = 0, cost = 0 }): AttemptRecord => {
    const spent: Spent = {
      input,
      cost,
      cacheRead: 0,
      cacheWrite: 0,
      cacheWrite1h: 0,
      output: 0,
      reasoning: 0,
    };
    return { model, format: 'chat', outcome: 'answered', ms: 1, spent };
  });
  return { attempts };
}

async function figures(
  budgets: ReturnType<typeof openBudgets>,
  given: { day: number | string; month: number | string } = both,
): Promise<number[]> {
  return (await budgets.use(given)).map(({ used }) => Number(used.toFixed(6)));
}

test('reads nothing while no budget is set', async (t) => {
  const { open } = world(t);
  assert.deepEqual(await open('me').use({ day: 'off', month: 'off' }), []);
});

test('counts the ledger of the day and of the month, whoever wrote it, and not that of other months', async (t) => {
  const { open, write } = world(t);
  write('2026-10-31', spent('r0', 'x', 100, 100));
  write('2026-11-01', spent('r1', 'x', 1, 10));
  write('2026-11-28', spent('r2', 'y', 2, 20));
  write('2026-11-29', spent('r3', 'z', 4, 40));
  assert.deepEqual(await figures(open('me')), [4, 70]);
  assert.deepEqual(await figures(open('me'), { day: '100 tokens', month: 50 }), [40, 7]);
});

test('counts its own requests at once and only once, and those of others as they come', async (t) => {
  const { open, write } = world(t);
  const me = open('me');
  write('2026-11-29', spent('r1', 'other', 1, 10));
  assert.deepEqual(await figures(me), [1, 10]);
  const mine = spent('r2', 'me', 2, 20);
  me.add(ended(mine));
  assert.deepEqual(await figures(me), [3, 30]);
  write('2026-11-29', mine, spent('r3', 'other', 4, 40));
  assert.deepEqual(await figures(me), [7, 70]);
  assert.deepEqual(await figures(me), [7, 70]);
  assert.deepEqual(await figures(open('after a restart')), [7, 70]);
});

test('a line that is half written counts when it is whole', async (t) => {
  const { dir, open, write } = world(t);
  const me = open('me');
  write('2026-11-29', spent('r1', 'other', 1, 10));
  const half = JSON.stringify(spent('r2', 'other', 2, 20));
  appendFileSync(join(dir, '2026-11-29.jsonl'), half.slice(0, 30));
  assert.deepEqual(await figures(me), [1, 10]);
  appendFileSync(join(dir, '2026-11-29.jsonl'), `${half.slice(30)}\n`);
  assert.deepEqual(await figures(me), [3, 30]);
});

test('never falls within a period, also when the ledger is removed or cannot be read', async (t) => {
  const { dir, open, write } = world(t);
  const me = open('me');
  write('2026-11-29', spent('r1', 'other', 1, 10));
  me.add(ended(spent('r2', 'me', 2, 20)));
  assert.deepEqual(await figures(me), [3, 30]);
  rmSync(join(dir, '2026-11-29.jsonl'));
  assert.deepEqual(await figures(me), [3, 30]);
  rmSync(dir, { recursive: true });
  writeFileSync(dir, '');
  assert.deepEqual(await figures(me), [3, 30]);
});

test('a day begins at local midnight, a month on its first day', async (t) => {
  const { at, open, write } = world(t);
  const me = open('me');
  at.time = new Date(2026, 10, 29, 23, 59);
  const mine = spent('r1', 'me', 2, 20);
  me.add(ended(mine));
  write('2026-11-29', mine);
  assert.deepEqual(await figures(me), [2, 20]);
  const [day, month] = await me.use(both);
  assert.equal(day?.resetsInMs, 60_000);
  assert.equal(month?.resetsInMs, 24 * 3_600_000 + 60_000);
  at.time = new Date(2026, 10, 30, 0, 0);
  assert.deepEqual(await figures(me), [0, 20]);
  me.add(ended(spent('r2', 'me', 1, 1)));
  assert.deepEqual(await figures(me), [1, 21]);
  at.time = new Date(2026, 11, 1, 0, 0);
  assert.deepEqual(await figures(me), [0, 0]);
});

test('without a ledger, the month counts what this proxy remembers', async (t) => {
  const { at, open } = world(t);
  const me = open('me');
  me.add(ended(spent('r1', 'me', 2, 20)));
  at.time = new Date(2026, 10, 30, 9);
  me.add(ended(spent('r2', 'me', 1, 5)));
  assert.deepEqual(await figures(me), [1, 25]);
});
