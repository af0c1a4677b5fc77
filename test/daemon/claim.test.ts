/** Tests that only one of several simultaneous starts holds the claim. */
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

test('the work of several holders never overlaps, also after a failure', async (t) => {
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
  const all = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => withClaim([dir], () => work(n === 1))));
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

test('takes over an abandoned claim, also if the clock was set back', async (t) => {
  const dir = scratch(t);
  for (const minutes of [-1, 1]) {
    mkdirSync(join(dir, 'proxy.claim'));
    const then = new Date(Date.now() + minutes * 60_000);
    utimesSync(join(dir, 'proxy.claim'), then, then);
    assert.equal(await withClaim([dir], async () => 'mine'), 'mine');
  }
});

test('rejects with the system error if the directory cannot be created', async (t) => {
  const dir = scratch(t);
  await assert.rejects(
    withClaim([join(dir, 'x\0y')], async () => {}),
    /null bytes/,
  );
});
