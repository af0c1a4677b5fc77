import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openLedgerFile, type LedgerFileOptions } from '../../lib/ledger/ledger-file.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { waitUntil } from '../support/limits.ts';
import { record, scratch, written } from './scratch.ts';

const noon = new Date(2026, 10, 29, 12);
const today = '2026-11-29.jsonl';

function opened(t: TestContext, more: Partial<LedgerFileOptions> & { at?: { time: Date } } = {}) {
  const dir = more.dir ?? join(scratch(t), 'ledger');
  const log: LogEntry[] = [];
  const failures: string[] = [];
  const { at = { time: noon }, ...options } = more;
  const file = openLedgerFile({
    dir,
    days: 400,
    log: (entry) => log.push(entry),
    onFailure: (reason) => failures.push(reason),
    now: () => at.time,
    ...options,
  });
  return { dir, log, failures, ...file };
}

const ids = (dir: string): string[] => written(dir).map(({ id }) => id);

test('writes one line a record, private, in the order of the records', async (t) => {
  const { dir, add, close } = opened(t);
  const all = Array.from({ length: 500 }, (_, at) => `req_${at}`);
  for (const id of all) add(record(id, { asked: 'a\nb' }));
  await close();
  assert.deepEqual(readdirSync(dir), [today]);
  const text = readFileSync(join(dir, today), 'utf8');
  assert.equal(text.split('\n').length, 501);
  assert.deepEqual(ids(dir), all);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  assert.equal(statSync(join(dir, today)).mode & 0o777, 0o600);
});

test('a record is on disk before the next one comes, without a close', async (t) => {
  const { dir, add, close } = opened(t);
  add(record('req_1'));
  await waitUntil(() => existsSync(join(dir, today)) && ids(dir).length === 1, 'the first record');
  await close();
});

test('begins a new file at local midnight', async (t) => {
  const at = { time: new Date(2026, 10, 29, 23, 59, 59) };
  const { dir, add, close } = opened(t, { at });
  add(record('req_1'));
  at.time = new Date(2026, 10, 30, 0, 0, 0);
  add(record('req_2'));
  await close();
  assert.deepEqual(readdirSync(dir).toSorted(), [today, '2026-11-30.jsonl']);
  assert.match(readFileSync(join(dir, '2026-11-30.jsonl'), 'utf8'), /req_2/);
});

test('begins a new line after one that was torn, at the start and while the file is open', async (t) => {
  const at = { time: noon };
  const { dir, add, close } = opened(t, { at });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, today), '{"v":1,"id":"torn');
  add(record('req_1'));
  await waitUntil(() => ids(dir).length === 1, 'the first record');
  appendFileSync(join(dir, today), '{"v":1,"id":"another');
  at.time = new Date(noon.getTime() + 1000);
  add(record('req_2'));
  await close();
  assert.deepEqual(ids(dir), ['req_1', 'req_2']);
});

test('opens the file again when somebody has removed it', async (t) => {
  const at = { time: noon };
  const { dir, add, close } = opened(t, { at });
  add(record('req_1'));
  await waitUntil(() => existsSync(join(dir, today)) && ids(dir).length === 1, 'the first record');
  rmSync(join(dir, today));
  at.time = new Date(noon.getTime() + 1000);
  add(record('req_2'));
  await close();
  assert.deepEqual(ids(dir), ['req_2']);
});

test('two writers of one file lose no record', async (t) => {
  const first = opened(t);
  const second = opened(t, { dir: first.dir });
  for (let at = 0; at < 300; at++) {
    first.add(record(`a${at}`));
    second.add(record(`b${at}`));
    if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([first.close(), second.close()]);
  const found = ids(first.dir);
  assert.equal(found.length, 600);
  assert.deepEqual(
    found.filter((id) => id.startsWith('a')),
    Array.from({ length: 300 }, (_, at) => `a${at}`),
  );
});

test('keeps the files of so many days, and nothing that is not its own', async (t) => {
  const { dir, add, close } = opened(t, { days: 3 });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const name of [
    '2026-11-26.jsonl',
    '2026-11-27.jsonl',
    '2026-11-28.jsonl',
    'notes.txt',
    '2020-13-40.jsonl',
  ])
    writeFileSync(join(dir, name), '');
  add(record('req_1'));
  await waitUntil(() => !existsSync(join(dir, '2026-11-26.jsonl')), 'the oldest file to go');
  await close();
  assert.deepEqual(readdirSync(dir).toSorted(), [
    '2020-13-40.jsonl',
    '2026-11-27.jsonl',
    '2026-11-28.jsonl',
    today,
    'notes.txt',
  ]);
});

test(
  'a full disk is reported once, and recording goes on a minute after there is room',
  { skip: !existsSync('/dev/full') && 'there is no /dev/full' },
  async (t) => {
    const at = { time: noon };
    let full = true;
    const { dir, log, failures, failure, add, close } = opened(t, {
      at,
      open: async (path) => {
        mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
        return open(full ? '/dev/full' : path, 'a+');
      },
    });
    add(record('req_1'));
    await waitUntil(() => failures.length > 0, 'the report');
    add(record('req_2'));
    assert.match(failure()?.reason ?? '', /the disk is full/);
    at.time = new Date(noon.getTime() + 61_000);
    add(record('req_3'));
    await waitUntil(() => failure()?.lost === 3, 'the second failure');
    full = false;
    at.time = new Date(noon.getTime() + 200_000);
    add(record('req_4'));
    await close();
    assert.equal(failures.length, 1);
    assert.deepEqual(ids(dir), ['req_4']);
    assert.deepEqual(
      log.map(({ event, error, resumed, lost }) => ({ event, error, resumed, lost })),
      [
        { event: 'ledger', error: 'the disk is full', resumed: undefined, lost: undefined },
        { event: 'ledger', error: undefined, resumed: true, lost: 3 },
      ],
    );
    assert.equal(failure(), undefined);
  },
);

test('refuses a link, a pipe, and a folder that others may write', async (t) => {
  for (const place of ['link', 'pipe'] as const) {
    const { dir, failures, add, close } = opened(t);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const target = join(dir, '..', 'target');
    writeFileSync(target, 'theirs');
    if (place === 'link') symlinkSync(target, join(dir, today));
    else execFileSync('/usr/bin/env', ['mkfifo', join(dir, today)]);
    add(record('req_1'));
    await waitUntil(() => failures.length > 0, 'the refusal');
    await close();
    assert.equal(readFileSync(target, 'utf8'), 'theirs');
  }
  const { dir, add, close } = opened(t);
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o777);
  add(record('req_1'));
  await close();
  assert.equal(statSync(dir).mode & 0o777, 0o700);
});

test(
  'writes into no folder of another user',
  { skip: process.getuid?.() !== 0 && 'only root can give a folder away' },
  async (t) => {
    const { dir, failures, failure, add, close } = opened(t);
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    chownSync(dir, 12_345, 12_345);
    add(record('req_1'));
    await waitUntil(() => failures.length > 0, 'the refusal');
    await close();
    assert.match(failure()?.reason ?? '', /another user may have written it/);
    assert.deepEqual(written(dir), []);
  },
);
