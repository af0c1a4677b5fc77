/** Tests `occ report` on the built program: against a running proxy, and what it writes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtOcc } from '../support/built.ts';
import { hangMs } from '../support/limits.ts';
import { fakeClient, home } from './program.ts';

const asking = fakeClient(`
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token } = process.env;
(async () => {
  const body = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user', content: 'my pineapple' }] };
  const post = { method: 'POST', headers: { authorization: 'Bearer ' + token }, body: JSON.stringify(body) };
  await (await fetch(url + '/v1/messages', post)).text();
  console.log('asked');
})();
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
`);

test('report writes the last request without its words, private, and never over a file; replay runs it', async (t) => {
  const at = home(t);
  at.program('ask', asking);
  const models = { default: { provider: 'emulator', model_id: 'refuse-401' } };
  at.write('.config/occ/config.json', JSON.stringify({ models, fallbacks: { default: [] } }));
  const launch = at.start(['launch', 'exec', '--', 'ask']);
  await launch.waitFor('asked');

  const unasked = await at.run(['report']);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /no terminal to ask/);

  const written = await at.run(['report', '--yes']);
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stderr, /replaced +\d+ texts?, \d+ tool calls?, \d+ tool names?, \d+ images?/);
  assert.match(written.stderr, /kept +emulator\/refuse-401/);
  assert.doesNotMatch(written.stderr, /no longer fails/);
  const [, name = ''] = /(occ-report-req_\w+\.json)/.exec(written.stdout) ?? [];
  const file = join(at.dir, name);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  assert.doesNotMatch(text, /pineapple/);
  assert.match(text, /"kind": "report"/);

  const again = await at.run(['report', '--yes']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /exists and is not replaced/);
  assert.equal(readFileSync(file, 'utf8'), text);
  symlinkSync(join(at.dir, 'elsewhere.json'), join(at.dir, 'link.json'));
  assert.equal((await at.run(['report', '-o', 'link.json'])).code, 1);

  mkdirSync(join(at.dir, 'folder'));
  const folder = await at.run(['report', '-o', 'folder']);
  assert.match(
    folder.stderr,
    /folder is a folder\n {2}give the name of a new file in it: --output \S+folder\/report\.json\n$/,
  );
  const missing = await at.run(['report', '-o', 'missing/x.json']);
  assert.match(missing.stderr, /x\.json cannot be written: there is no folder \S+missing\n/);

  // A disk without room for it: the file system refuses what goes beyond 1 or 2 KB.
  const script = 'ulimit -f 2; exec "$0" "$1" report "$2" -o part.json';
  const full = spawnSync('/bin/sh', ['-c', script, process.execPath, builtOcc, name], {
    cwd: at.dir,
    env: { PATH: process.env['PATH'], HOME: at.dir },
    encoding: 'utf8',
    timeout: hangMs,
  });
  assert.equal(full.status, 1, full.stderr);
  assert.match(full.stderr, /part\.json cannot be written: .*\n {2}free some disk space/);
  assert.equal(existsSync(join(at.dir, 'part.json')), false, 'nothing is left that looks like a report');

  const json = await at.run(['report', '-o', 'second.json', '--json']);
  assert.equal(json.code, 0, json.stderr);
  const result = JSON.parse(json.stdout) as Record<string, unknown>;
  assert.deepEqual(
    [result['schema'], result['same'], result['unlike'], result['file']],
    [1, true, null, join(at.dir, 'second.json')],
  );

  launch.kill('SIGTERM');
  await launch.ended;
  const replayed = await at.run(['replay', name]);
  assert.equal(replayed.code, 0, replayed.stdout);
  assert.match(replayed.stdout, /would receive the same/);
});
