import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { openConsents } from '../../lib/config/consents.ts';

const folder = mkdtempSync(join(tmpdir(), 'occ-memory-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a stored answer can be read by a later process and by its owner only', async () => {
  const place = join(folder, 'state');
  assert.equal((await openConsents(place)).recall('fetchAgreedTo'), undefined);
  (await openConsents(place)).remember('fetchAgreedTo', 'x@1');
  assert.equal((await openConsents(place)).recall('fetchAgreedTo'), 'x@1');
  assert.equal(statSync(join(place, 'memory.json')).mode & 0o777, 0o600);
  assert.equal(statSync(place).mode & 0o777, 0o700);
});

test('a file that is invalid or cannot be written counts as empty', async () => {
  const broken = join(folder, 'broken');
  (await openConsents(broken)).remember('fetchAgreedTo', 'x@1');
  writeFileSync(join(broken, 'memory.json'), '{ "fetch');
  assert.equal((await openConsents(broken)).recall('fetchAgreedTo'), undefined);

  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  const nowhere = await openConsents(join(file, 'state'));
  nowhere.remember('fetchAgreedTo', 'x@1');
  assert.equal(nowhere.recall('fetchAgreedTo'), undefined);
});
