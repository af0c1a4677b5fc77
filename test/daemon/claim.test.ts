/** Of starts at once only one looks and writes at a time, and none waits for one that died. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { withClaim } from '../../lib/daemon/claim.ts';

function scratch(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'occ-claim-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('works never overlap, also after one that fails', async (t) => {
  const dir = scratch(t);
  let inside = 0;
  let done = 0;
  const work = async (fails: boolean): Promise<void> => {
    assert.equal(++inside, 1, 'alone');
    await sleep(5);
    inside--;
    done++;
    if (fails) throw new Error('this work fails');
  };
  const all = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => withClaim(dir, () => work(n === 1))));
  assert.deepEqual(all.map(({ status }) => status).toSorted(), [
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
  ]);
  assert.equal(done, 5);
  assert(!existsSync(join(dir, 'proxy.claim')));
});

test('a claim left behind is taken over, whichever way the clock went since', async (t) => {
  const dir = scratch(t);
  for (const minutes of [-1, 1]) {
    mkdirSync(join(dir, 'proxy.claim'));
    const then = new Date(Date.now() + minutes * 60_000);
    utimesSync(join(dir, 'proxy.claim'), then, then);
    assert.equal(await withClaim(dir, async () => 'mine'), 'mine');
  }
});

test('a directory that cannot be made is an error of the platform', async (t) => {
  const dir = scratch(t);
  await assert.rejects(
    withClaim(join(dir, 'x\0y'), async () => {}),
    /null bytes/,
  );
});
