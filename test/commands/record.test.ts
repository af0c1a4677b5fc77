/** Tests `occ record` on the program: what it switches, what is written then, and that it says when nothing can be. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitUntil } from '../support/limits.ts';
import { home } from './program.ts';

test('record on writes each request until record off, and both say so', async (t) => {
  const at = home(t);
  const proxy = at.start(['start', '--foreground', '--port', '0', '--emulator']);
  await proxy.waitFor('Ctrl-C ends it');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(proxy.stdout())?.[0] ?? '?';
  const folder = join(at.dir, '.local/state/occ/captures');
  const ask = async (): Promise<void> => {
    const body = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
    const answer = await fetch(`${url}/v1/messages`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.text());
  };
  const written = (): number => (existsSync(folder) ? readdirSync(folder).length : 0);

  assert.match((await at.run(['record'])).stdout, /: does not record\n$/);
  await ask();
  const on = await at.run(['record', 'on']);
  assert.deepEqual([on.code, on.stdout.endsWith(': records\n')], [0, true], on.stdout);
  assert.match(on.stderr, /are written to ~\/\.local\/state\/occ\/captures with their text/);
  assert.equal(written(), 0, 'the request before is not written, and a probe leaves nothing');
  await ask();
  await waitUntil(() => written() === 1, 'the capture');
  assert.match((await at.run(['record', 'off'])).stdout, /: does not record\n$/);
  await ask();
  assert.equal(written(), 1);

  // Like a disk without room: nothing can be written into the folder.
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file in its place');
  const failing = await at.run(['record', 'on']);
  assert.equal(failing.code, 1);
  assert.match(failing.stdout, /: is to record, but could not write: \S+captures: /);
  assert.doesNotMatch(failing.stderr, /are written/);
  const json = JSON.parse((await at.run(['record', '--json'])).stdout) as {
    proxies: { on: boolean; error: string }[];
  };
  assert.deepEqual([json.proxies[0]?.on, json.proxies[0]?.error.includes('captures: ')], [true, true]);
  assert.match((await at.run(['status'])).stdout, /captures +not written: /);

  rmSync(folder);
  mkdirSync(folder);
  await ask();
  await waitUntil(() => written() === 1, 'the capture, since there is room again');
  assert.equal((await at.run(['record'])).code, 0);
  assert.doesNotMatch((await at.run(['status'])).stdout, /not written/);
});
