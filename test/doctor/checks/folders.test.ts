/** Tests the check of the folders: their room, and files that cannot be written. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeSpace, leastFree } from '../../../lib/doctor/checks/machine/folders.ts';
import { put, scratchHome } from '../../config/scratch.ts';
import { finding, runChecks } from '../run-checks.ts';

test('a disk without room is a warning, and one with room is not', () => {
  assert.equal(judgeSpace(leastFree, '~/state', '/home/me/state'), undefined);
  const found = judgeSpace(leastFree - 1, '~/state', '/home/me/my state');
  assert.equal(found?.level, 'warn');
  assert.match(found.summary, /^the disk of ~\/state has 31 MB left/);
  assert.deepEqual(found.remedy.commands, ["df -h '/home/me/my state'"]);
});

test('a folder above the missing one is looked at, and nothing is created', async (t) => {
  const home = scratchHome(t);
  const found = finding(await runChecks(t, { home, codes: ['folders'] }), 'folders');
  assert.equal(found.level, 'ok');
  // The only thing that doctor creates is evidence of problems.
  assert.throws(() => mkdirSync(join(home, '.local/state/occ')), /ENOENT/);
});

test('a file in place of the cache folder is named, with a command that moves it away', async (t) => {
  const home = scratchHome(t);
  const cache = put(join(home, 'a cache'), 'x');
  const env = { XDG_CACHE_HOME: cache };
  const found = finding(await runChecks(t, { home, env, codes: ['folders'] }), 'folders');
  assert.equal(found.level, 'warn');
  assert.match(found.summary, /^~\/a cache is a file, so ~\/a cache\/occ cannot be created$/);
  assert.deepEqual(found.remedy?.commands, [`mv '${cache}' '${cache}.old'`]);
});
