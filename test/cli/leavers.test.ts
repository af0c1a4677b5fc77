/** Readers that leave early: `occ help | head -1`. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { main } from '../../lib/cli.ts';
import type { World } from '../../lib/commands/world.ts';

const closed = (): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });

for (const [words, code] of [
  [['help'], 0],
  [['--version'], 0],
  [['bogus'], 2],
] as const) {
  test(`occ ${words.join(' ')} does not mind that nobody reads it`, async () => {
    const { env, stdin, platform } = process;
    const world = {
      env,
      home: '/nonexistent',
      cwd: '/',
      platform,
      stdin,
      stdout: closed(),
      stderr: closed(),
    };
    // An error event that nobody hears would end the process, and the test with it.
    assert.equal(await main([...words], world as unknown as World), code);
    await new Promise((resolve) => setImmediate(resolve));
  });
}
