/** A record counts only if no other user may have written it, and writing one follows no link. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startBackground } from '../../lib/daemon/background.ts';
import { findLaunches, writeLaunch } from '../../lib/daemon/launches.ts';
import { readRecords, recordFile, writeRecord, type ProxyRecord } from '../../lib/daemon/record.ts';

const posix = process.platform === 'win32' ? { skip: 'needs pipes, links and modes' } : {};

function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'occ-record-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const record: ProxyRecord = {
  instance: 'i',
  pid: process.pid,
  url: 'http://127.0.0.1:9',
  host: '127.0.0.1',
  port: 9,
  version: '1',
  started_at: '2026-11-01T00:00:00.000Z',
  control: 'c',
  program: 'occ.js',
  options: {},
  log: '/l',
};

test(
  'a record in a folder that others may write, or that others may have written, is not believed',
  posix,
  (t) => {
    const folder = scratch(t);
    writeRecord([folder], record);
    assert.equal(readRecords(folder)[0]?.instance, 'i');
    for (const mode of [0o777, 0o1777, 0o770]) {
      chmodSync(folder, mode);
      assert.deepEqual(readRecords(folder), []);
    }
    chmodSync(folder, 0o700);
    chmodSync(recordFile(folder), 0o666);
    assert.deepEqual(readRecords(folder), []);
    chmodSync(recordFile(folder), 0o600);
    assert.equal(readRecords(folder)[0]?.instance, 'i');
  },
);

test('a pipe as the record is not waited for, and an endless file is not read', posix, (t) => {
  const folder = scratch(t);
  execFileSync('/usr/bin/env', ['mkfifo', recordFile(folder)]);
  assert.deepEqual(readRecords(folder), []);
  rmSync(recordFile(folder));
  symlinkSync('/dev/zero', recordFile(folder));
  assert.deepEqual(readRecords(folder), []);
});

test('a link in the place of a record is replaced, and its target kept', posix, async (t) => {
  const folder = scratch(t);
  const target = join(scratch(t), 'precious');
  writeFileSync(target, 'kept');
  symlinkSync(target, recordFile(folder));
  symlinkSync(target, join(folder, 'launch-i.json'));
  symlinkSync(target, join(folder, `start.${process.pid}.log`));
  writeRecord([folder], record);
  writeLaunch([folder], { ...record, client: 'claude', cwd: '/' });
  const starting = startBackground({
    args: [],
    env: {},
    cwd: folder,
    stateDir: folder,
    limitMs: 1,
    ask: () => assert.fail(),
  });
  await assert.rejects(starting, { code: 'ELOOP' });
  assert.equal(readFileSync(target, 'utf8'), 'kept');
  assert.equal(lstatSync(recordFile(folder)).isFile(), true);
  assert.equal(readRecords(folder)[0]?.instance, 'i');
});

test('the record of a launch counts only if no other user may have written it', posix, async (t) => {
  const folder = scratch(t);
  const server = createServer((_, response) => response.end('{"service":"occ","instance":"i"}'));
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeLaunch([folder], { ...record, url, client: 'claude', cwd: '/' });
  assert.equal((await findLaunches([folder])).length, 1);
  chmodSync(folder, 0o777);
  assert.deepEqual(await findLaunches([folder]), []);
});
