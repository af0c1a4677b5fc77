/** Files that never end, that are waited for, or that another user may have written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isOwn, readBounded, readOwn } from '../lib/bounded-file.ts';
import { listCacheFile, readListCache } from '../lib/catalog/list-cache.ts';
import { readStoredSettings } from '../lib/clients/conflicts.ts';
import { withLock } from '../lib/config/edit/lock.ts';
import { parseConfig, readConfigBytes } from '../lib/config/file/read.ts';

/** A folder of mode 0700. */
function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'occ-bounded-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const posix = process.platform === 'win32' ? { skip: 'needs pipes, devices and modes' } : {};

test('a regular file is read whole, up to its bound', (t) => {
  const file = join(scratch(t), 'file');
  for (const length of [0, 1, 5000, 100_000]) {
    writeFileSync(file, 'x'.repeat(length));
    assert.equal(readBounded(file, 100_000).length, length);
  }
  assert.throws(() => readBounded(file, 99_999), { code: 'EFBIG' });
  assert.throws(() => readBounded(`${file}-missing`, 1), { code: 'ENOENT' });
});

test('a pipe, a device and a directory are refused at once', posix, async (t) => {
  const folder = scratch(t);
  const pipe = join(folder, 'pipe');
  execFileSync('/usr/bin/env', ['mkfifo', pipe]);
  assert.throws(() => readBounded(pipe, 100), { code: 'ENOTREG' });
  assert.throws(() => readOwn(pipe, 100), { code: 'ENOTREG' });
  assert.throws(() => readBounded('/dev/zero', 100), { code: 'ENOTREG' });
  assert.throws(() => readBounded(folder, 100), { code: 'EISDIR' });
  for (const file of [pipe, '/dev/zero'])
    assert.throws(() => readConfigBytes(file), /cannot read the configuration .*: it is not a regular file/);
  // A lock of the configuration that occ did not write is taken over, and not read to its end.
  symlinkSync('/dev/zero', join(folder, 'config.json.lock'));
  assert.equal(await withLock(join(folder, 'config.json'), () => 'held'), 'held');
  // The list of models that is kept, and settings that a repository brings.
  symlinkSync('/dev/zero', listCacheFile(folder));
  assert.deepEqual(readListCache(folder), {});
  mkdirSync(join(folder, '.claude'));
  symlinkSync('/dev/zero', join(folder, '.claude', 'settings.json'));
  symlinkSync(pipe, join(folder, '.claude', 'settings.local.json'));
  const context = { env: {}, home: folder, cwd: folder, platform: process.platform };
  assert.deepEqual(readStoredSettings(context).conflicts, []);
});

test('a file that another user may have written does not count as own', posix, (t) => {
  const folder = scratch(t);
  const file = join(folder, 'file');
  writeFileSync(file, 'own', { mode: 0o600 });
  assert.equal(readOwn(file, 100).toString(), 'own');
  for (const mode of [0o620, 0o602]) {
    chmodSync(file, mode);
    assert.throws(() => readOwn(file, 100), { code: 'ENOTOWN' });
  }
  chmodSync(file, 0o600);
  for (const mode of [0o777, 0o1777, 0o770]) {
    chmodSync(folder, mode);
    assert.throws(() => readOwn(file, 100), { code: 'ENOTOWN' });
  }
  chmodSync(folder, 0o755);
  assert.equal(readOwn(file, 100).toString(), 'own');
  symlinkSync(file, join(folder, 'link'));
  assert.throws(() => readOwn(join(folder, 'link'), 100));
  assert.equal(isOwn({ uid: (process.getuid?.() ?? 0) + 1, mode: 0o700 }), false);
});

test('a configuration that is nested too deeply is refused in one sentence', () => {
  for (const text of [
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    `{"a": ${'['.repeat(300)}${']'.repeat(300)}}`,
  ])
    assert.throws(() => parseConfig(text, 'c.json'), {
      code: 'config_invalid',
      message: /^c\.json is not valid:\n {2}more than 200 lists and objects within each other[^\n]*$/,
    });
  const brackets = '['.repeat(1000);
  assert.deepEqual(parseConfig(`{ "a": "${brackets}" /* ${brackets} */ }`, 'c.json'), { a: brackets });
});
