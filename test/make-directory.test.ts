/** Directories are created with those above them, and where that is impossible, the error comes at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { makeDirectory } from '../lib/make-directory.ts';
import { describeSystemError, isSystemError } from '../lib/system-error.ts';

const linux = { skip: process.platform === 'linux' ? false : 'needs /proc' };

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'occ-directory-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a directory and those above it are created, and existing ones are kept', (t) => {
  const folder = scratch(t);
  const deep = join(folder, 'a', 'b', 'c');
  makeDirectory(deep);
  makeDirectory(deep);
  assert.ok(statSync(deep).isDirectory());
  if (process.platform !== 'win32')
    for (const made of [deep, join(folder, 'a')]) assert.equal(statSync(made).mode & 0o077, 0);
  symlinkSync(deep, join(folder, 'link'));
  makeDirectory(join(folder, 'link'));
  makeDirectory('/');
});

test('a file in the way is an error', (t) => {
  const file = join(scratch(t), 'file');
  writeFileSync(file, '');
  assert.throws(() => makeDirectory(file), { code: 'EEXIST' });
  assert.throws(() => makeDirectory(join(file, 'a', 'b')), { code: 'ENOTDIR' });
});

test('below /proc, where Node never returns, the error comes at once and says why', linux, () => {
  for (const directory of ['/proc/x', '/proc/x/.local/state/occ', '/proc/1/task/y/occ']) {
    assert.throws(
      () => makeDirectory(directory),
      (error) =>
        isSystemError(error) &&
        /^cannot create the directory \/proc\/.*: (nothing can be created there|permission denied) \(E/.test(
          describeSystemError(error),
        ),
    );
  }
});
