/** Tests readers that close the pipe early, as in `occ help | head -1`, and a full disk. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { main } from '../../lib/cli.ts';
import type { System } from '../../lib/terminal/command-context.ts';

const closed = (): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });

for (const [words, code] of [
  [['help'], 0],
  [['--version'], 0],
  [['bogus'], 2],
] as const) {
  test(`occ ${words.join(' ')} ignores a closed pipe`, async () => {
    const { env, stdin, platform } = process;
    const system = {
      env,
      home: '/nonexistent',
      cwd: '/',
      platform,
      stdin,
      stdout: closed(),
      stderr: closed(),
    };
    // An unhandled error event would end the process of this test.
    assert.equal(await main([...words], system as unknown as System), code);
    await new Promise((resolve) => setImmediate(resolve));
  });
}

test('a full disk is reported once, with an exit code', async () => {
  const { env, stdin, platform } = process;
  let printed = '';
  const full = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('no room'), { code: 'ENOSPC' })),
  });
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk.toString();
      done();
    },
  });
  const system = { env, home: '/nonexistent', cwd: '/', platform, stdin, stdout: full, stderr };
  assert.equal(await main(['help'], system as unknown as System), 1);
  assert.match(printed, /could not be written \(ENOSPC\)\n {2}/);
  assert.equal(printed.split('\n').length, 3, 'once');
});
