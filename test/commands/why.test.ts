/** Tests `occ why` and `occ logs` on the built program: while a launch runs, inside it, and after it has ended. */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../../lib/json.ts';
import { toAnswer } from '../support/answers.ts';
import { fakeClient, home, type Home } from './program.ts';

/** Requests the models that its arguments name, prints the ids, and runs until it gets the signal to end. */
const asking = fakeClient(`
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token } = process.env;
const ask = async (model) => {
  const body = { model, max_tokens: 100, messages: [{ role: 'user', content: 'a secret of mine' }] };
  const post = { method: 'POST', headers: { authorization: 'Bearer ' + token }, body: JSON.stringify(body) };
  const response = await fetch(url + '/v1/messages', post);
  await response.text();
  return response.headers.get('request-id');
};
(async () => {
  for (const model of process.argv.slice(2)) console.log(model + '=' + (await ask(model)));
  console.log('asked');
})();
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
`);

const emulated = (model_id: string) => ({ provider: 'emulator', model_id });

function machine(t: Parameters<typeof home>[0]): Home {
  const at = home(t);
  at.program('ask', asking);
  const config = {
    models: { default: emulated('refuse-429'), broken: emulated('refuse-401') },
    fallbacks: { default: [emulated('good')], broken: [] },
    retry: { attempts: 0 },
  };
  at.write('.config/occ/config.json', JSON.stringify(config));
  return at;
}

async function asked(at: Home, ...models: string[]) {
  const launch = at.start(['launch', 'exec', '--', 'ask', ...models]);
  await launch.waitFor('asked');
  const ids = Object.fromEntries(
    models.map((model) => [model, new RegExp(`^${model}=(req_\\w+)$`, 'm').exec(launch.stdout())?.[1] ?? '']),
  );
  return { launch, ids };
}

test('why explains the last failure with the words of the provider, and after the launch without them', async (t) => {
  const at = machine(t);
  const { launch, ids } = await asked(at, 'claude-sonnet-5', 'broken');
  const running = await at.run(['why']);
  assert.equal(running.code, 0, running.stderr);
  const flat = running.stdout.replace(/\s+/g, ' ');
  assert.match(flat, /^failed at .* The client asked for broken\. Route: /);
  assert.match(flat, /emulator\/refuse-401 answered 401: emulated 401 — it refused the key/);
  assert.match(flat, /the client received 424 \(authentication_error\) .* told not to try again/);
  assert.match(flat, / occ doctor key see which key is used/);
  assert.ok(flat.includes(`From the launch of ask in ~ (pid ${launch.pid}), request ${ids['broken']}`), flat);

  const answer = toAnswer('why', (await at.run(['why', '--json'])).stdout);
  assert.deepEqual([answer['source'], (answer['request'] as JsonObject)['id']], ['memory', ids['broken']]);

  // A request that a fallback answered is explained by its id, or by the start of it.
  const start = (ids['claude-sonnet-5'] ?? '').slice('req_'.length, 12);
  const fallback = (await at.run(['why', start])).stdout.replace(/\s+/g, ' ');
  assert.match(fallback, /^answered at .* 1\. emulator\/refuse-429 answered 429: emulated 429 — too many/);
  assert.match(
    fallback,
    /2\. emulator\/good answered in .* emulator\/good answered instead of emulator\/refuse-429 after/,
  );

  launch.kill('SIGTERM');
  await launch.ended;
  const ended = await at.run(['why']);
  const logged = ended.stdout.replace(/\s+/g, ' ');
  assert.match(logged, /emulator\/refuse-401 answered 401: it refused the key \(/);
  assert.match(logged, /The log does not hold what the providers said/);
  assert.match(logged, new RegExp(`From the log ~/\\S+, request ${ids['broken']}`));
  assert.doesNotMatch(logged, /emulated 401/);
  const fromLog = toAnswer('why', (await at.run(['why', ids['claude-sonnet-5'] ?? '', '--json'])).stdout);
  assert.deepEqual(
    [fromLog['source'], (fromLog['request'] as JsonObject)['fallbackFrom']],
    ['log', { model: 'emulator/refuse-429', class: 'rate', status: 429 }],
  );
  const state = join(at.dir, '.local/state/occ');
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  assert.ok(files.length > 1, 'the log and the ledger');
  for (const { parentPath, name } of files)
    assert.doesNotMatch(readFileSync(join(parentPath, name), 'utf8'), /emulated 4|secret of mine/);
});

test('why explains the cause of an outage, and not a request for which every model was skipped after it', async (t) => {
  const at = machine(t);
  const config = {
    models: { default: emulated('refuse-503'), again: emulated('refuse-503') },
    retry: { attempts: 0 },
    circuit_breaker: { failures: 1 },
  };
  at.write('.config/occ/config.json', JSON.stringify(config));
  const { launch, ids } = await asked(at, 'claude-sonnet-5', 'again');
  const cause = new RegExp(`1\\. emulator/refuse-503 answered 503[^]*request ${ids['claude-sonnet-5']}`);
  assert.match((await at.run(['why'])).stdout.replace(/\s+/g, ' '), cause);
  launch.kill('SIGTERM');
  await launch.ended;
  assert.match((await at.run(['why'])).stdout.replace(/\s+/g, ' '), cause);
});

test('the next steps of a launch with --config work as they are printed', async (t) => {
  const at = machine(t);
  const config = at.write('my own.json', JSON.stringify({ models: { default: emulated('refuse-401') } }));
  const launch = at.start(['launch', '--config', config, 'exec', '--', 'ask', 'claude-sonnet-5']);
  await launch.waitFor('asked');
  const named = `--config '${config}'`;
  const nexts = async () =>
    (toAnswer('why', (await at.run(['why', '--json'])).stdout)['next'] as JsonObject[]).map(
      ({ command }) => command,
    );
  const expected = [`occ doctor key ${named}`, 'occ help config'];
  assert.deepEqual((await nexts()).slice(0, 2), expected);
  const last = toAnswer('why', (await at.run(['why', '--json'])).stdout)['request'] as JsonObject;
  assert.equal((last['error'] as JsonObject)['next'], `occ doctor key ${named}`);
  launch.kill('SIGTERM');
  await launch.ended;
  assert.deepEqual((await nexts()).slice(0, 2), expected, 'from the log');

  // A variable is in the environment of the next command, too.
  const byVariable = at.start(['launch', 'exec', '--', 'ask', 'claude-sonnet-5'], { OCC_CONFIG: config });
  await byVariable.waitFor('asked');
  assert.equal((await nexts())[0], 'occ doctor key');
  byVariable.kill('SIGTERM');
  await byVariable.ended;
});

test('inside the client of a launch, why asks that launch', async (t) => {
  const at = machine(t);
  const first = await asked(at, 'broken');
  const second = await asked(at, 'broken');
  const { ANTHROPIC_BASE_URL: url = '' } = at.seen().env;
  const inside = await at.run(['why', '--json'], { ANTHROPIC_BASE_URL: url });
  assert.equal((toAnswer('why', inside.stdout)['request'] as JsonObject)['id'], second.ids['broken']);
  const third = await asked(at, 'claude-sonnet-5');
  const quiet = await at.run(['why'], { ANTHROPIC_BASE_URL: at.seen().env['ANTHROPIC_BASE_URL'] ?? '' });
  const flat = quiet.stdout.replace(/\s+/g, ' ');
  assert.match(flat, /^No request failed\. The last one that a fallback answered: answered at /);
  assert.ok(
    flat.endsWith(
      `From the launch of ask in ~ (pid ${third.launch.pid}), request ${third.ids['claude-sonnet-5']} `,
    ),
    flat,
  );
  for (const { launch } of [first, second, third]) {
    launch.kill('SIGTERM');
    await launch.ended;
  }
});

test('why says where it looked, and refuses what is no id', async (t) => {
  const at = machine(t);
  const none = await at.run(['why']);
  assert.deepEqual(
    [none.code, none.stdout],
    [0, 'No request is on record.\nLooked at the log ~/.local/state/occ/occ.log.\n'],
  );
  assert.equal(toAnswer('why', (await at.run(['why', '--json'])).stdout)['found'], false);
  const request = {
    time: '2026-11-29T10:00:00.000Z',
    pid: 1,
    level: 'info',
    request: `req_${'a'.repeat(24)}`,
  };
  const model = 'p/m';
  at.write(
    '.local/state/occ/occ.log',
    [
      { ...request, event: 'request', model: 'claude-sonnet-5', models: [model] },
      { ...request, event: 'attempt', model, outcome: 'answered', ms: 5 },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );
  assert.match(
    (await at.run(['why'])).stdout,
    /^No request failed\. 1 request was answered, by its first model/,
  );
  const unknown = await at.run(['why', 'req_abc']);
  assert.deepEqual([unknown.code, /no request req_abc is on record/.test(unknown.stderr)], [1, true]);
  const wrong = await at.run(['why', 'the last one']);
  assert.deepEqual([wrong.code, /is not the id of a request/.test(wrong.stderr)], [2, true]);
});

test('logs prints lines in words or as they are, filters them, and survives what is no line', async (t) => {
  const at = machine(t);
  const none = await at.run(['logs']);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /there is no log yet: .*occ\.log\n.*begins with the first request/);
  const { launch, ids } = await asked(at, 'claude-sonnet-5', 'broken');
  launch.kill('SIGTERM');
  await launch.ended;
  const log = join(at.dir, '.local/state/occ/occ.log');
  appendFileSync(
    log,
    'no JSON\n{"time":"2026-11-29T10:00:00Z","pid":1,"level":"info","event":"of_the_future","x":1}\n{"torn',
  );

  const all = await at.run(['logs']);
  assert.equal(all.code, 0, all.stderr);
  const id = (ids['broken'] ?? '').slice('req_'.length, 10);
  assert.match(
    all.stdout,
    new RegExp(`^\\S+  ${id}  · broken with about \\d+ tokens → emulator/refuse-401, `, 'm'),
  );
  assert.match(
    all.stdout,
    new RegExp(`^\\S+  ${id}  ✗ emulator/refuse-401 answered 401: it refused the key$`, 'm'),
  );
  assert.match(
    all.stdout,
    new RegExp(`^\\S+  ${id}  ✗ the client received no answer: 424 .*; next: occ doctor key$`, 'm'),
  );
  assert.match(all.stdout, /✓ emulator\/good answered in .*tokens in, \d+ out$/m);
  assert.match(all.stdout, /· of the future x=1$/m);

  const one = await at.run(['logs', '--request', id, '--json']);
  const entries = one.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
  assert.deepEqual(
    entries.map(({ event }) => event),
    ['request', 'attempt', 'refused'],
  );
  assert.equal((await at.run(['logs', '-n', '2'])).stdout.trimEnd().split('\n').length, 2);
  assert.doesNotMatch((await at.run(['logs', '--level', 'warn'])).stdout, / · | ✓ /);
  assert.match(
    (await at.run(['logs', '--since', '1s', '--level', 'error'])).stderr,
    /no line of level error or above since /,
  );
  assert.equal((await at.run(['logs', '--since', 'yesterday'])).code, 2);
  const zero = await at.run(['logs', '-n', '0']);
  assert.deepEqual([zero.code, zero.stdout, zero.stderr], [0, '', ''], 'nothing was asked for');
  for (const no of ['', 'req_', 'xyz']) assert.equal((await at.run(['logs', '--request', no])).code, 2, no);
  rmSync(log);
});

test('logs -f prints new lines until Ctrl-C', async (t) => {
  const at = machine(t);
  const following = at.start(['logs', '-f']);
  await following.waitFor('Ctrl-C ends it');
  const { launch, ids } = await asked(at, 'broken');
  await following.waitFor(
    `${(ids['broken'] ?? '').slice('req_'.length, 10)}  ✗ the client received no answer`,
  );
  following.kill('SIGINT');
  assert.equal((await following.ended).code, 0);
  launch.kill('SIGTERM');
  await launch.ended;
});
