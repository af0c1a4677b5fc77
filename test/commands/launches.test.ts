/** Tests that launches are found by their owner: their records, and what `occ status` shows of them. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject, parseJson, toText, type JsonObject } from '../../lib/json.ts';
import { toAnswer } from '../support/answers.ts';
import { waitUntil } from '../support/limits.ts';
import { fakeClient, home, type Running } from './program.ts';

/** Sends one request through the proxy of its launch, says so, and runs until it gets the signal to end. */
const asking = fakeClient(`
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token } = process.env;
const body = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };
const post = { method: 'POST', headers: { authorization: 'Bearer ' + token }, body: JSON.stringify(body) };
fetch(url + '/v1/messages', post).then((response) => response.text()).then(() => console.log('asked'));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
`);

function recordsIn(dir: string): { file: string; record: JsonObject }[] {
  const state = join(dir, '.local/state/occ');
  const names = existsSync(state) ? readdirSync(state).filter((name) => name.startsWith('launch-')) : [];
  return names.map((name) => {
    const file = join(state, name);
    const record = parseJson(readFileSync(file, 'utf8'));
    assert(isObject(record));
    return { file, record };
  });
}

test('status shows several launches; their records are private and end with them', async (t) => {
  const at = home(t);
  at.program('claude', asking);
  const seen = join(at.dir, 'seen-by-second.json');
  const launches: Running[] = [];
  for (const env of [undefined, { SEEN: seen }]) {
    const launch = at.start(['launch', '--emulator'], env);
    await launch.waitFor('asked');
    launches.push(launch);
  }
  const records = recordsIn(at.dir);
  assert.deepEqual(
    new Set(records.map(({ record }) => record['pid'])),
    new Set(launches.map(({ pid }) => pid)),
  );
  for (const { file } of records) assert.equal(statSync(file).mode & 0o777, 0o600);

  const { code, stdout } = await at.run(['status', '--json']);
  assert.equal(code, 3, 'no proxy of occ start runs');
  const shown = toAnswer('status', stdout)['launches'] as JsonObject[];
  assert.deepEqual(
    shown.map(({ pid, client, cwd, requests, failures }) => [pid, client, cwd, requests, failures]),
    launches.map(({ pid }) => [pid, 'claude', at.dir, 1, 0]),
  );
  for (const { record } of records) assert.ok(!stdout.includes(toText(record['control'])));
  const page = await at.run(['status']);
  assert.equal(page.code, 3);
  for (const { pid } of launches)
    assert.match(page.stdout, new RegExp(`launch of claude in ~  pid ${pid}, up \\d+ s\n  1 request, `));

  launches[0]?.kill('SIGTERM');
  await launches[0]?.ended;
  assert.deepEqual(
    recordsIn(at.dir).map(({ record }) => record['pid']),
    [launches[1]?.pid],
  );
  // A launch that was killed cannot remove its record. The next reader does.
  launches[1]?.kill('SIGKILL');
  const left = parseJson(readFileSync(seen, 'utf8'));
  process.kill(Number(isObject(left) ? left['pid'] : 0), 'SIGKILL');
  await launches[1]?.ended;
  assert.equal(recordsIn(at.dir).length, 1);
  assert.doesNotMatch((await at.run(['status'])).stdout, /launch of/);
  assert.deepEqual(recordsIn(at.dir), []);
});

test('the client of a launch cannot use the endpoints of its owner', async (t) => {
  const at = home(t);
  at.program('claude', asking);
  const launch = at.start(['launch', '--emulator']);
  await launch.waitFor('asked');
  const [found] = recordsIn(at.dir);
  assert(found);
  const { url, control } = found.record;
  const statusOf = async (token: string | undefined, path: string, method = 'GET'): Promise<number> => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${toText(url)}${path}`, {
      method,
      headers,
      ...(method === 'POST' && { body: '{}' }),
    });
    await response.text();
    return response.status;
  };
  const clientToken = at.seen().env['ANTHROPIC_AUTH_TOKEN'];
  assert.equal(await statusOf(clientToken, '/occ/status'), 401);
  assert.equal(await statusOf(clientToken, '/occ/requests', 'POST'), 401);
  assert.equal(await statusOf(toText(control), '/occ/status'), 200);
  assert.equal(await statusOf(toText(control), '/occ/requests', 'POST'), 200);
  for (const path of ['/occ/env', '/occ/stop'])
    assert.equal(await statusOf(toText(control), path, path === '/occ/stop' ? 'POST' : 'GET'), 404, path);
  assert.equal(await statusOf(toText(control), '/v1/models'), 401);
  launch.kill('SIGTERM');
  await launch.ended;
  await waitUntil(() => recordsIn(at.dir).length === 0, 'no record');
});
