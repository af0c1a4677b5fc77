/** `occ statusline`, and the status line that `occ launch` sets, on the built program. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toAnswer } from '../support/answers.ts';
import { builtOcc } from '../support/built.ts';
import { fakeClient, home } from './program.ts';

const session = '3f1c0c52-7a1e-4a8e-9f5b-0c1d2e3f4a5b';

/** A client that sends one request of this session, then runs its status line and `then`. */
const asking = (then = ''): string =>
  fakeClient(`
const { execFileSync } = require('node:child_process');
const { existsSync, watch } = require('node:fs');
const { join } = require('node:path');
const settings = JSON.parse(process.argv[process.argv.indexOf('--settings') + 1]);
const json = JSON.stringify({ session_id: '${session}' });
const show = (env) => execFileSync('/bin/sh', ['-c', settings.statusLine.command], { input: json, env, encoding: 'utf8' });
/** Resolves once there is a line: after the answer the proxy writes it to a folder that it makes for the first one. */
const written = () => new Promise((resolve) => {
  const state = join(process.env.HOME, '.local/state/occ');
  const watched = new Map();
  const look = () => {
    for (const folder of [state, join(state, 'sessions')])
      if (!watched.has(folder) && existsSync(folder)) watched.set(folder, watch(folder, look));
    if (show({}) === '') return;
    for (const watcher of watched.values()) watcher.close();
    resolve();
  };
  look();
});
(async () => {
  process.stdout.write('before:' + show({}) + '\\n');
  const answer = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
      'x-claude-code-session-id': '${session}',
      'x-claude-code-request-class': 'main',
    },
    body: JSON.stringify({ model: 'occ-sonnet', max_tokens: 100, messages: [{ role: 'user', content: 'private words' }] }),
  });
  await answer.text();
  await written();
  process.stdout.write('after:' + show({ NO_COLOR: '1', COLUMNS: '120' }));
  ${then}
})();`);

test('the status line says which model answered, as soon as it has', async (t) => {
  const { program, run, dir } = home(t);
  program('claude', asking());
  const { stdout, code } = await run(['launch', '--emulator']);
  assert.equal(code, 0);
  assert.match(stdout, /^before:\nafter:emulator-chat · emulator · first token \d+\.\d s · \$0\n$/);
  assert.equal(existsSync(join(dir, '.local/state/occ/sessions')), false);
});

test('a status line of the user is kept', async (t) => {
  const { program, run, seen, write } = home(t);
  program('claude', fakeClient(''));
  const ofLaunch = async (...args: string[]): Promise<unknown> => {
    await run(['launch', '--emulator', ...args]);
    const { argv } = seen();
    return (JSON.parse(argv[argv.indexOf('--settings') + 1] ?? '') as Record<string, unknown>)['statusLine'];
  };
  const mine = { type: 'command', command: 'date' };
  assert.match(JSON.stringify(await ofLaunch()), /sessions/);
  assert.deepEqual(await ofLaunch('--settings', JSON.stringify({ statusLine: mine })), mine);
  for (const file of ['.claude/settings.json', '.claude/settings.local.json']) {
    write(file, JSON.stringify({ statusLine: mine }));
    assert.equal(await ofLaunch(), undefined, file);
    write(file, '{}');
  }
  assert.match(JSON.stringify(await ofLaunch('--no-color')), /k=p;/);
});

test('occ statusline prints the line of the session on stdin, else the latest one', async (t) => {
  const { program, run } = home(t);
  const occ = 'execFileSync(process.execPath, [process.env.OCC, ...args], { input, encoding: "utf8" })';
  program(
    'claude',
    asking(`
const occ = (input, ...args) => ${occ};
process.stdout.write(occ(json, 'statusline'));
process.stdout.write(occ('', 'statusline', '--no-color'));
process.stdout.write(occ('{"session_id":"unknown"}', 'statusline'));
process.stdout.write(occ(json, 'statusline', '--json'));`),
  );
  const { stdout, stderr } = await run(['launch', '--emulator'], { OCC: builtOcc });
  const [, , colored, plain, unknown, ...rest] = stdout.split('\n');
  assert.ok(colored?.startsWith('\u001b[1memulator-chat'), stderr);
  assert.match(plain ?? '', /^emulator-chat · emulator/);
  assert.equal(unknown, 'occ: no answer yet');
  const { answer, session: found } = toAnswer('statusline', rest.join('\n'));
  assert.equal(found, session);
  assert.equal((answer as Record<string, unknown>)['model'], 'emulator-chat');
  assert.doesNotMatch(stdout, /private words/);
});

test('without a proxy, occ statusline says so in words', async (t) => {
  const { run } = home(t);
  const { code, stdout, stderr } = await run(['statusline']);
  assert.deepEqual([code, stdout, stderr], [0, 'occ: no proxy is running (occ start, or occ launch)\n', '']);
  assert.deepEqual(toAnswer('statusline', (await run(['statusline', '--json'])).stdout), {
    schema: 1,
    session: null,
    answer: null,
  });
});

test('a proxy of occ start writes the line, too', async (t) => {
  const { program, run, dir } = home(t);
  program('claude', asking());
  assert.equal((await run(['start', '--emulator', '--port', '0'])).code, 0);
  const { stdout } = await run(['launch', '--attach']);
  assert.match(stdout, /^after:emulator-chat · emulator · /m);
  assert.match((await run(['statusline'])).stdout, /^emulator-chat · emulator · /);
  await run(['stop']);
  assert.equal(existsSync(join(dir, '.local/state/occ/sessions')), false);
});
