import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openLog, type LogFileOptions } from '../../lib/log/log-file.ts';
import { waitUntil } from '../support/limits.ts';

function scratch(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'occ-log-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'state', 'occ');
}

function open(dir: string, more: Partial<LogFileOptions> = {}) {
  return openLog({ dir, name: 'occ', level: 'debug', maxBytes: 100_000, maxFiles: 3, ...more });
}

function lines(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('closing does not wait for further lines', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { log, path, close } = open(scratch(t));
  log({ level: 'info', event: 'last' });
  await close();
  assert.equal(lines(path).length, 1);
});

test('writes each entry as one line of JSON with time and pid before close resolves', async (t) => {
  const { log, path, close } = open(scratch(t));
  for (let n = 0; n < 500; n++) log({ level: 'info', event: 'tick', n, text: 'two\nlines' });
  await close();
  const written = lines(path);
  assert.deepEqual(
    written.map(({ n }) => n),
    Array.from({ length: 500 }, (_, n) => n),
  );
  assert.equal(written[0]?.['pid'], process.pid);
  assert.ok(!Number.isNaN(Date.parse(String(written[0]?.['time']))));
});

test('omits entries below the level', async (t) => {
  const { log, path, close } = open(scratch(t), { level: 'warn' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log({ level, event: level });
  await close();
  assert.deepEqual(
    lines(path).map(({ event }) => event),
    ['warn', 'error'],
  );
});

test('makes an existing file readable by the owner only', async (t) => {
  const dir = scratch(t);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'occ.log'), '', { mode: 0o644 });
  const { log, path, close } = open(dir);
  log({ level: 'info', event: 'x' });
  await close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('keeps maxFiles files of at most maxBytes, with the newest entries last', async (t) => {
  const dir = scratch(t);
  const { log, path, close } = open(dir, { maxBytes: 1000 });
  for (let n = 0; n < 60; n++) {
    log({ level: 'info', event: 'tick', n });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await close();
  assert.deepEqual(readdirSync(dir).toSorted(), ['occ.log', 'occ.log.1', 'occ.log.2']);
  for (const file of readdirSync(dir)) assert.ok(statSync(join(dir, file)).size <= 1000, file);
  assert.equal(lines(path).at(-1)?.['n'], 59);
  assert.equal(Number(lines(`${path}.1`).at(-1)?.['n']) + 1, lines(path)[0]?.['n']);
});

test('new limits apply from the next line on, and surplus files are deleted', async (t) => {
  const dir = scratch(t);
  const { log, path, setLimits, close } = open(dir, { level: 'info', maxBytes: 300, maxFiles: 5 });
  for (let n = 0; n < 40; n++) log({ level: 'info', event: 'tick', n });
  await waitUntil(() => existsSync(`${path}.4`), 'the oldest file');
  setLimits({ level: 'warn', maxBytes: 300, maxFiles: 2 });
  for (let n = 0; n < 10; n++) log({ level: 'info', event: 'omitted', n });
  for (let n = 0; n < 10; n++) log({ level: 'warn', event: 'written', n });
  await close();
  assert.deepEqual(readdirSync(dir).toSorted(), ['occ.log', 'occ.log.1']);
  assert.equal(lines(path).at(-1)?.['n'], 9);
  assert.doesNotMatch(readFileSync(path, 'utf8') + readFileSync(`${path}.1`, 'utf8'), /omitted/);
});

test('with one file, old entries are dropped', async (t) => {
  const dir = scratch(t);
  const { log, close } = open(dir, { maxBytes: 300, maxFiles: 1 });
  for (let n = 0; n < 30; n++) {
    log({ level: 'info', event: 'tick', n });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await close();
  assert.deepEqual(readdirSync(dir), ['occ.log']);
  assert.ok(statSync(join(dir, 'occ.log')).size <= 300);
});

test('continues in the new file after another process has rotated the log', async (t) => {
  const dir = scratch(t);
  const { log, path, close } = open(dir);
  log({ level: 'info', event: 'before' });
  await waitUntil(() => existsSync(path) && statSync(path).size > 0, 'the first line');
  renameSync(path, `${path}.1`);
  writeFileSync(path, '{"event":"theirs"}\n');
  log({ level: 'info', event: 'after' });
  await close();
  assert.deepEqual(
    lines(path).map(({ event }) => event),
    ['theirs', 'after'],
  );
  assert.deepEqual(
    lines(`${path}.1`).map(({ event }) => event),
    ['before'],
  );
});

test('reports once, and does not throw, if the directory cannot be created', async (t) => {
  const dir = scratch(t);
  mkdirSync(join(dir, '..'), { recursive: true });
  writeFileSync(dir, 'a file stands here');
  const reasons: string[] = [];
  const { log, close } = open(dir, { onFailure: (reason) => reasons.push(reason) });
  log({ level: 'error', event: 'one' });
  await waitUntil(() => reasons.length > 0, 'the report');
  log({ level: 'error', event: 'two' });
  await close();
  assert.equal(reasons.length, 1);
});

test('a log that could be written no more goes on a minute after the failure, and counts what is missing', async (t) => {
  const dir = scratch(t);
  mkdirSync(join(dir, '..'), { recursive: true });
  writeFileSync(dir, 'a file stands here');
  let time = 0;
  const reasons: string[] = [];
  const { log, path, failure, close } = open(dir, { now: () => time, onFailure: (why) => reasons.push(why) });
  log({ level: 'info', event: 'lost 1' });
  log({ level: 'info', event: 'lost 2' });
  await waitUntil(() => failure() !== undefined, 'the failure');
  assert.equal(failure(), reasons[0]);
  rmSync(dir);
  time = 59_999;
  log({ level: 'info', event: 'lost 3' });
  time = 60_000;
  log({ level: 'info', event: 'kept' });
  await waitUntil(() => failure() === undefined, 'the first line that is written');
  log({ level: 'info', event: 'last' });
  await close();
  const written = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const entries = written.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(new Set(entries.map(({ event }) => event)), new Set(['kept', 'last', 'log_dropped']));
  assert.equal(entries.find(({ event }) => event === 'log_dropped')?.['lines'], 3);
  assert.equal(reasons.length, 1);
});

test('an entry that JSON cannot represent affects only its own line', async (t) => {
  const { log, path, close } = open(scratch(t));
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  log({ level: 'info', event: 'cycle', cycle });
  log({ level: 'info', event: 'big', big: 1n });
  log({ level: 'info', event: 'fine' });
  await close();
  assert.deepEqual(
    lines(path).map(({ event, unprintable }) => [event, unprintable]),
    [
      ['cycle', true],
      ['big', true],
      ['fine', undefined],
    ],
  );
});

test('drops lines beyond a megabyte in the buffer, and logs their number', async (t) => {
  const { log, path, close } = open(scratch(t), { maxBytes: 100_000_000 });
  for (let n = 0; n < 30; n++) log({ level: 'info', event: 'big', text: 'x'.repeat(100_000) });
  await close();
  const last = lines(path).at(-1);
  assert.equal(last?.['event'], 'log_dropped');
  assert.equal(Number(last?.['lines']) + lines(path).length - 1, 30);
});

test('drops entries after close, and allows closing twice', async (t) => {
  const { log, path, close } = open(scratch(t));
  log({ level: 'info', event: 'x' });
  await close();
  log({ level: 'info', event: 'late' });
  await close();
  assert.equal(lines(path).length, 1);
});

const posix = process.platform === 'win32' ? { skip: 'needs pipes, links and modes' } : {};

for (const kind of ['link', 'pipe'] as const) {
  test(`a ${kind} in the place of the log is neither followed nor waited for`, posix, async (t) => {
    const dir = scratch(t);
    mkdirSync(dir, { recursive: true });
    const target = join(dir, 'precious');
    writeFileSync(target, 'kept', { mode: 0o644 });
    const reasons: string[] = [];
    const { log, path, close } = open(dir, { onFailure: (reason) => reasons.push(reason) });
    if (kind === 'link') symlinkSync(target, path);
    else execFileSync('/usr/bin/env', ['mkfifo', path]);
    log({ level: 'info', event: 'one' });
    await waitUntil(() => reasons.length === 1, 'the failure');
    await close();
    assert.equal(readFileSync(target, 'utf8'), 'kept');
    assert.equal(statSync(target).mode & 0o777, 0o644);
  });
}

test('a folder of the log that others may write is closed to them', posix, async (t) => {
  const dir = scratch(t);
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o777);
  const { log, close } = open(dir);
  log({ level: 'info', event: 'one' });
  await close();
  assert.equal(statSync(dir).mode & 0o777, 0o700);
});
