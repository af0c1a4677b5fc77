/** Tests hot reload on the built program. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toAnswer } from '../support/answers.ts';
import { requireBuilt } from '../support/built.ts';
import { hangMs, stretched, waitUntil } from '../support/limits.ts';
import { fakeClient, home, recordIn, type Home, type Running } from '../commands/program.ts';

before(requireBuilt);

const model = (id: string) => ({
  provider: 'emulator',
  model_id: id,
  wire_format: 'chat',
  context_window: 200_000,
});

/** Replaces the file by a rename, as editors do. */
function configure(at: Home, config: object | string): void {
  const file = at.write('config.new', typeof config === 'string' ? config : JSON.stringify(config));
  renameSync(file, join(at.dir, 'config.json'));
}

const answeredBy = (id: string, more: object = {}): object => ({ models: { default: model(id) }, ...more });

interface Served {
  at: Home;
  url: string;
  occ: Running;
  /** The model that answers, or the status of an error. */
  ask: (token?: string) => Promise<string>;
  status: () => Promise<Record<string, unknown>>;
}

async function serve(t: TestContext, config: object, args: readonly string[] = []): Promise<Served> {
  const at = home(t);
  configure(at, config);
  const occ = at.start(['start', '--foreground', '--port', '0', '--config', 'config.json', ...args]);
  await occ.waitFor('Ctrl-C ends it');
  const url = recordIn(at.dir)?.url ?? '';
  return {
    at,
    url,
    occ,
    ask: (token) => ask(url, token),
    status: async () => toAnswer('status', (await at.run(['status', '--json'])).stdout),
  };
}

async function ask(url: string, token = 'any'): Promise<string> {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': token },
    body: JSON.stringify({
      model: 'claude-sonnet-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'hello' }],
    }),
    signal: AbortSignal.timeout(hangMs),
  });
  await response.text();
  return response.headers.get('x-occ-model') ?? String(response.status);
}

describe('a proxy in the foreground', () => {
  test('uses the new configuration; keeps the old one and reports it while the new one is invalid', async (t) => {
    const { at, ask, occ, status } = await serve(t, answeredBy('one'));
    assert.equal(await ask(), 'emulator/one');
    configure(at, answeredBy('two'));
    await occ.waitFor('is in force');
    assert.equal(await ask(), 'emulator/two');

    configure(at, { models: { default: { provider: 'emulator' } } });
    await occ.waitFor('the previous settings stay in force');
    assert.equal(await ask(), 'emulator/two');
    const { config_error } = await status();
    assert.match(JSON.stringify(config_error), /models\.default/);
    assert.match((await at.run(['status'])).stdout, /changed, but not used: .*config\.json/);

    configure(at, answeredBy('three'));
    await waitUntil(async () => (await ask()) === 'emulator/three', 'the third model');
    assert.equal((await status())['config_error'], null);
    occ.kill('SIGTERM');
    assert.equal((await occ.ended).code, 0);
  });

  test('applies everything but the port, which needs a restart', async (t) => {
    const at = home(t);
    configure(at, answeredBy('one', { port: 0 }));
    const occ = at.start(['start', '-f', '-c', 'config.json'], { OCC_PORT: '' });
    await occ.waitFor('Ctrl-C ends it');
    const url = recordIn(at.dir)?.url ?? '';
    configure(at, answeredBy('two', { port: 4567 }));
    await occ.waitFor('occ restart moves it to 127.0.0.1:4567');
    assert.equal(await ask(url), 'emulator/two');
    const { stdout } = await at.run(['status', '--json']);
    assert.match(String(toAnswer('status', stdout)['config_pending']), /127\.0\.0\.1:4567/);
  });

  test('requires the new token, and passes it to new shells', async (t) => {
    const { at, ask, occ } = await serve(t, answeredBy('one', { auth_token: 'first-token' }));
    assert.equal(await ask('first-token'), 'emulator/one');
    configure(at, answeredBy('one', { auth_token: 'second-token' }));
    await occ.waitFor('is in force');
    assert.equal(await ask('first-token'), '401');
    assert.equal(await ask('second-token'), 'emulator/one');
    assert.match((await at.run(['env'])).stdout, /second-token/);
  });

  test('does not reload with hot_reload: false', async (t) => {
    const { at, ask, occ } = await serve(t, answeredBy('one', { hot_reload: false }));
    configure(at, answeredBy('two'));
    await sleep(600);
    assert.equal(await ask(), 'emulator/one');
    occ.kill('SIGTERM');
    assert.doesNotMatch((await occ.ended).stderr, /in force/);
  });

  test('keeps the settings if the file is deleted', async (t) => {
    const { at, ask, occ } = await serve(t, answeredBy('one'));
    renameSync(join(at.dir, 'config.json'), join(at.dir, 'gone.json'));
    await occ.waitFor('the previous settings stay in force');
    assert.equal(await ask(), 'emulator/one');
  });

  test('an api_key_command that hangs blocks no request, and ends with the proxy', async (t) => {
    const { at, ask, occ } = await serve(t, answeredBy('one'));
    at.program('slow-key', '#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 60\n');
    configure(at, {
      models: { default: { ...model('one'), provider: 'far' } },
      providers: {
        far: { base_url: 'http://127.0.0.1:9/v1', wire_format: 'chat', api_key_command: ['slow-key'] },
      },
    });
    const mark = join(at.dir, 'bin/slow-key.pid');
    await waitUntil(() => existsSync(mark) && readFileSync(mark, 'utf8') !== '', 'the command');
    assert.equal(await ask(), 'emulator/one');
    const before = performance.now();
    occ.kill('SIGTERM');
    assert.equal((await occ.ended).code, 0);
    // The command itself would time out after ten seconds.
    assert.ok(performance.now() - before < stretched(8000));
    assert.throws(() => process.kill(Number(readFileSync(mark, 'utf8')), 0), { code: 'ESRCH' });
  });
});

test('SIGHUP reloads a proxy in the background, also with hot_reload: false', async (t) => {
  const at = home(t);
  configure(at, answeredBy('one', { hot_reload: false }));
  const started = await at.run(['start', '--port', '0', '--config', 'config.json']);
  assert.equal(started.code, 0, started.stderr);
  const { url = '', pid = 0, log = '' } = recordIn(at.dir) ?? {};
  configure(at, answeredBy('two', { hot_reload: false }));
  await sleep(400);
  assert.equal(await ask(url), 'emulator/one');
  process.kill(pid, 'SIGHUP');
  await waitUntil(async () => (await ask(url)) === 'emulator/two', 'the second model');
  configure(at, '{ "port": "high" }');
  process.kill(pid, 'SIGHUP');
  // The log collects its lines for a while before it makes the file.
  const reloadFailed = (): boolean =>
    existsSync(log) && readFileSync(log, 'utf8').includes('"event":"reload","error"');
  await waitUntil(reloadFailed, 'the log line');
  assert.equal(await ask(url), 'emulator/two');
  assert.equal((await at.run(['stop'])).code, 0);
});

const requestScript = `
const ask = async () => {
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN },
    body: JSON.stringify({ model: process.env.ASKED ?? 'occ-sonnet', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
  });
  return response.headers.get('x-occ-model') ?? response.status;
};
const change = (file) => { fs.copyFileSync(file, 'c.tmp'); fs.renameSync('c.tmp', 'config.json'); };
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const logs = process.env.HOME + '/.local/state/occ/';
const logged = (text) => fs.readdirSync(logs).some((file) => /\\.log$/.test(file) && fs.readFileSync(logs + file, 'utf8').includes(text));
`;

describe('a launch', () => {
  test('uses the new configuration, and reports an invalid one at the end', async (t) => {
    const at = home(t);
    configure(at, answeredBy('one'));
    at.write('two.json', JSON.stringify(answeredBy('two')));
    at.write('broken.json', '{ "models": 7 }');
    at.program(
      'claude',
      fakeClient(`${requestScript}
(async () => {
  const models = [await ask()];
  change('two.json');
  while (models.at(-1) !== 'emulator/two') { await wait(20); models.push(await ask()); }
  change('broken.json');
  while (!logged('"event":"reload","error"')) await wait(20);
  console.log(JSON.stringify([models[0], models.at(-1), await ask()]));
  process.exit(0);
})();`),
    );
    const { code, stdout, stderr } = await at.run(['launch', '--config', 'config.json']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), ['emulator/one', 'emulator/two', 'emulator/two']);
    assert.match(stderr, /was changed, but not used: .*config\.json/);
  });

  test('-m keeps its model after the name is configured for another', async (t) => {
    const at = home(t);
    const both = (local: string): object => ({ models: { default: model('one'), local: model(local) } });
    configure(at, both('mine'));
    at.write('two.json', JSON.stringify(both('another')));
    at.program(
      'agent',
      fakeClient(`${requestScript}
(async () => {
  process.env.ASKED = 'emulator/mine';
  const first = await ask();
  change('two.json');
  process.env.ASKED = 'local';
  let named = '';
  while (named !== 'emulator/another') { await wait(20); named = await ask(); }
  process.env.ASKED = 'emulator/mine';
  console.log(JSON.stringify([first, named, await ask()]));
  process.exit(0);
})();`),
    );
    const words = ['launch', 'exec', '--config', 'config.json', '-m', 'local', '--', 'agent'];
    const { code, stdout, stderr } = await at.run(words);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), ['emulator/mine', 'emulator/another', 'emulator/mine']);
  });
});
