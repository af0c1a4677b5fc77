/** Pipes of a shell are read once, within bounds; other paths are not taken for one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isGivenPipe, namesDescriptor, readGivenPipe } from '../lib/given-pipe.ts';

const posix = process.platform === 'win32' ? { skip: 'needs descriptors as paths' } : {};

/** What was read of a descriptor is kept, so each pipe needs one of its own. */
const used = new Set<number>();

/** A pipe as a shell passes it, and the descriptor of its writer. */
function pipe(t: TestContext): { path: string; named: string; writer: number } {
  const folder = mkdtempSync(join(tmpdir(), 'occ-pipe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const named = join(folder, 'pipe');
  execFileSync('/usr/bin/env', ['mkfifo', named]);
  let reader = -1;
  while (reader < 0 || used.has(reader)) reader = openSync(named, constants.O_RDONLY | constants.O_NONBLOCK);
  used.add(reader);
  return { path: `/dev/fd/${reader}`, named, writer: openSync(named, constants.O_WRONLY) };
}

test('a pipe is read to its end, and whoever reads it again gets the same', posix, async (t) => {
  const { path, named, writer } = pipe(t);
  assert.equal(isGivenPipe(path), true);
  const reading = readGivenPipe(path, 100);
  for (const piece of ['one ', 'two']) writeSync(writer, piece);
  closeSync(writer);
  assert.equal((await reading).toString(), 'one two');
  assert.equal(isGivenPipe(path), true);
  assert.equal((await readGivenPipe(path, 100)).toString(), 'one two');
  assert.equal(isGivenPipe(named), false, 'a named pipe is none');
});

test('a pipe that is too large, or that does not end, is refused', posix, async (t) => {
  const large = pipe(t);
  writeSync(large.writer, 'x'.repeat(101));
  await assert.rejects(readGivenPipe(large.path, 100), { code: 'EFBIG' });
  closeSync(large.writer);
  const endless = pipe(t);
  await assert.rejects(readGivenPipe(endless.path, 100, 1), { code: 'ETIMEDOUT' });
  closeSync(endless.writer);
});

test('only the descriptors that a program can be given count', () => {
  for (const path of ['/dev/fd/63', '/proc/self/fd/3', '/proc/thread-self/fd/12', '/dev/stdin', '/dev/fd/0'])
    assert.equal(namesDescriptor(path), true, path);
  for (const path of ['/dev/fd/1', '/dev/fd/2', '/dev/fd/', '/dev/fd/x', '/proc/1/fd/3', '/dev/fd/63/x', 'x'])
    assert.equal(namesDescriptor(path), false, path);
  assert.equal(isGivenPipe('/dev/fd/999999'), false, 'it is not open');
});
