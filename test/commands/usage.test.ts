/** Tests `occ usage` on the built program: quotas and the totals of the proxy. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { dayOf, shifted } from '../../lib/ledger/days.ts';
import { goConfig, startProvider } from '../doctor/emulated-provider.ts';
import { toAnswer } from '../support/answers.ts';
import { requireBuilt } from '../support/built.ts';
import { home, type Home } from './program.ts';

before(requireBuilt);

async function at(t: TestContext, url: string): Promise<Home> {
  const machine = home(t);
  machine.write('config.json', JSON.stringify(goConfig(url)));
  return machine;
}

test('prints each window with its percentage and reset, as text and as JSON', async (t) => {
  const { url } = await startProvider(t, { quota: { rolling: 12, weekly: 85, monthly: 100 } });
  const machine = await at(t, url);
  const { code, stdout } = await machine.run(['usage', '--config', 'config.json']);
  assert.equal(code, 0);
  assert.match(stdout, /^opencode-go\n {2}5 hours +12 %.*\n {2}week +85 %.*\n {2}month +100 %/);
  assert.ok(!stdout.includes('\u001b'), 'no colours in a pipe');
  const json = await machine.run(['usage', '--config', 'config.json', '--json']);
  const { plans, running } = toAnswer('usage', json.stdout);
  assert.deepEqual(
    (plans as { windows: { percent: number }[] }[])[0]?.windows.map(({ percent }) => percent),
    [12, 85, 100],
  );
  assert.equal(running, null);
  assert.doesNotMatch(stdout + json.stdout + json.stderr, /sk-test/);
});

test('prints the totals of the running proxy', async (t) => {
  const { url } = await startProvider(t);
  const machine = await at(t, url);
  const occ = machine.start(['start', '--foreground', '--port', '0', '--config', 'config.json']);
  await occ.waitFor('Ctrl-C ends it');
  const { stdout } = await machine.run(['usage', '--config', 'config.json']);
  assert.match(
    stdout,
    /the proxy on http:\/\/127\.0\.0\.1:\d+, since [\d:/ ]+\n {2}0 requests, 0 tokens in, 0 out/,
  );
  const { running } = toAnswer(
    'usage',
    (await machine.run(['usage', '--config', 'config.json', '--json'])).stdout,
  );
  assert.equal((running as { requests: number }).requests, 0);
  occ.kill('SIGTERM');
  await occ.ended;
});

test('fails if no provider reports a quota', async (t) => {
  const { url } = await startProvider(t, { quota: undefined as never });
  const machine = await at(t, url);
  const { code, stdout, stderr } = await machine.run(['usage', '--config', 'config.json']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /occ: opencode-go: the provider answers with status 404/);
});

test('fails if no provider can be reached', async (t) => {
  const machine = await at(t, 'http://127.0.0.1:9');
  const { code, stderr, stdout } = await machine.run(['usage', '--config', 'config.json', '--json']);
  assert.equal(code, 1);
  assert.match(stderr, /occ: opencode-go: .*refused the connection/);
  const { plans } = toAnswer('usage', stdout);
  assert.equal((plans as { windows: null }[])[0]?.windows, null);
});

test('sends no request without a key', async (t) => {
  const { code, stdout } = await home(t).run(['usage']);
  assert.equal(code, 0);
  assert.match(stdout, /no provider with a key reports a quota/);
});

/** Writes the ledger of today and of yesterday. */
function record(machine: Home): void {
  const today = dayOf(new Date());
  const line = (id: string, model: string, more: object) =>
    `${JSON.stringify({ v: 1, at: new Date().toISOString(), id, by: 'x', ending: 'answered', ms: 1, model, ...more })}\n`;
  const dir = '.local/state/occ/ledger';
  machine.write(
    `${dir}/${today}.jsonl`,
    line('req_1', 'a/one', {
      project: '=cmd',
      uses: [{ model: 'a/one', input: 1200, output: 30, cost: 0.5, cost_source: 'provider' }],
    }) + 'garbage\n',
  );
  machine.write(
    `${dir}/${shifted(today, -1)}.jsonl`,
    line('req_2', 'b/two', { uses: [{ model: 'b/two', input: 10 }] }),
  );
  for (const name of [
    '.local/state/occ/ledger',
    `${dir}/${today}.jsonl`,
    `${dir}/${shifted(today, -1)}.jsonl`,
  ])
    chmodSync(join(machine.dir, name), name.endsWith('jsonl') ? 0o600 : 0o700);
}

test('reads the ledger without a proxy, a key or a network, and says what is no record', async (t) => {
  const machine = home(t);
  record(machine);
  const table = await machine.run(['usage', '--by', 'model', '--days', '2']);
  assert.equal(table.code, 0);
  assert.match(
    table.stdout,
    /^model +requests +in +out +cost\na\/one +1 +1\.2k +30 +\$0\.50\nb\/two +1 +10 +0 +\?\ntotal +2 +1\.2k +30 +\$0\.50\+\n/,
  );
  assert.match(table.stderr, /1 line of the ledger is no record/);
  const overview = await machine.run(['usage']);
  assert.match(overview.stdout, /used +requests +in +out +cost\ntoday +1 /);
  assert.match(overview.stdout, /last 7 days +2 /);
});

test('prints the ledger as JSON in the promised form, and as CSV that runs no formula', async (t) => {
  const machine = home(t);
  record(machine);
  for (const options of [['--by', 'session'], ['--month'], []]) {
    const { stdout } = await machine.run(['usage', ...options, '--json']);
    const { ledger } = toAnswer('usage', stdout);
    assert.equal((ledger as { unreadable_lines: number }).unreadable_lines, 1);
  }
  const { stdout } = await machine.run(['usage', '--by', 'project', '--csv', '--days', '1']);
  assert.match(stdout, /^project,requests,.*\n'=cmd,1,1,/);
});

test('refuses a day that does not exist, and a grouping that does not', async (t) => {
  const machine = home(t);
  const day = await machine.run(['usage', '--since', '2026-02-30']);
  assert.equal(day.code, 2);
  assert.match(day.stderr, /expected a day such as 2026-11-29/);
  const by = await machine.run(['usage', '--by', 'colour']);
  assert.equal(by.code, 2);
});
