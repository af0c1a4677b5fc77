/** Tests `occ usage` on the built program: quotas and the totals of the proxy. */
import assert from 'node:assert/strict';
import { before, test, type TestContext } from 'node:test';
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
