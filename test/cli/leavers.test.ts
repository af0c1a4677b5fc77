/** Readers that leave early: `occ help | head -1`. */
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
  test(`occ ${words.join(' ')} does not mind that nobody reads it`, async () => {
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
    // An error event that nobody hears would end the process, and the test with it.
    assert.equal(await main([...words], system as unknown as System), code);
    await new Promise((resolve) => setImmediate(resolve));
  });
}

test('an answer that finds no room is lost with a word, and an exit code that says so', async () => {
  const { env, stdin, platform } = process;
  let said = '';
  const full = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('no room'), { code: 'ENOSPC' })),
  });
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      said += chunk.toString();
      done();
    },
  });
  const system = { env, home: '/nonexistent', cwd: '/', platform, stdin, stdout: full, stderr };
  assert.equal(await main(['help'], system as unknown as System), 1);
  assert.match(said, /could not be written \(ENOSPC\)\n {2}/);
  assert.equal(said.split('\n').length, 3, 'once');
});
