/** Tests JSON results against their schemas, and the use of colour, on the built program. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { clients } from '../../lib/clients/clients.ts';
import { toAnswer } from '../support/answers.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { noScript, onTerminal } from '../terminal/script.ts';
import { hangMs } from '../support/limits.ts';
import { fakeClient, home, type Ended, type Home } from './program.ts';

before(requireBuilt);

const key = 'sk-this-must-not-be-seen-anywhere';
/** The first character of every escape sequence. */
const escape = '\u001b';

async function startAndStop(
  { start }: Home,
  args: readonly string[],
  env?: Record<string, string>,
): Promise<Ended> {
  const occ = start(['start', '--foreground', '--port', '0', ...args], env);
  await occ.waitFor('Ctrl-C ends it');
  occ.kill('SIGTERM');
  return await occ.ended;
}

test('occ start --json matches its schema, and contains neither key nor token', async (t) => {
  const machine = home(t);
  const env = { OCC_API_KEY: key, OCC_AUTH_TOKEN: 'a-token-of-my-own' };
  for (const args of [['--json'], ['--json', '--emulator']]) {
    const { code, stdout, stderr } = await startAndStop(machine, args, env);
    assert.equal(code, 0);
    const { url, port } = toAnswer('start', stdout);
    assert.equal(url, `http://127.0.0.1:${String(port)}`);
    assert.doesNotMatch(stdout + stderr, /sk-this|a-token-of/);
  }
});

const otherClients = clients.filter(({ name }) => name !== 'claude');

const dryRuns: Record<string, readonly string[]> = {
  'Claude Code': ['-p', 'hi'],
  'the trial run': ['--emulator', '-p', 'hi'],
  'another program': ['exec', '--', 'node', 'agent.js'],
};

for (const [what, words] of Object.entries(dryRuns)) {
  test(`occ launch --dry-run --json matches its schema: ${what}`, async (t) => {
    const { run } = home(t);
    const env = { OCC_API_KEY: key, ANTHROPIC_API_KEY: key };
    const { code, stdout, stderr } = await run(['launch', '--dry-run', '--json', ...words], env);
    assert.equal(code, 0, stderr);
    const { args, removed } = toAnswer('launch', stdout);
    assert.ok(Array.isArray(args) && args.at(-1) === words.at(-1));
    assert.ok(Array.isArray(removed) && removed.includes('ANTHROPIC_API_KEY'));
    assert.doesNotMatch(stdout + stderr, /sk-this/);
  });
}

for (const { name } of otherClients) {
  test(`occ launch ${name} --dry-run --json matches its schema`, async (t) => {
    const { run } = home(t);
    const words = ['launch', name, '--emulator', '--dry-run', '--json', 'the', 'prompt'];
    const { code, stdout, stderr } = await run(words, { OCC_API_KEY: key, OPENAI_API_KEY: key });
    assert.equal(code, 0, stderr);
    const { args, removed } = toAnswer('launch', stdout);
    assert.ok(Array.isArray(args) && args.join(' ').endsWith('the prompt'));
    assert.ok(Array.isArray(removed) && removed.includes('OCC_API_KEY'));
    assert.doesNotMatch(stdout + stderr, /sk-this/);
  });
}

const piped: (readonly string[])[] = [
  ['--help'],
  ['launch', '--help'],
  ['launch', '--emulator'],
  ['launch', '--emulator', '--dry-run'],
  ['launch', '--emulator', '--dry-run', '--json'],
  ['launch', '-m', 'nobody-has-it', '--emulator'],
  ['config', 'show'],
  ['config', 'check'],
  ['start', '--port', '0', '--emulator'],
  ['status'],
  ['status', '--json'],
  ['env'],
  ['stop'],
  ['status'],
];

test('prints no escape sequences to a pipe, whatever terminal the environment describes', async (t) => {
  const machine = home(t);
  machine.program('claude', fakeClient(''));
  const env = { TERM: 'xterm-256color', COLORTERM: 'truecolor', CLICOLOR: '1' };
  for (const words of piped) {
    const { stdout, stderr } = await machine.run(words, env);
    assert.notEqual(stdout + stderr, '');
    assert.equal((stdout + stderr).includes(escape), false, words.join(' '));
  }
  const { stdout, stderr } = await startAndStop(machine, ['--emulator'], env);
  assert.equal((stdout + stderr).includes(escape), false, 'start');
});

test(`NO_COLOR, --no-color and TERM=dumb disable colour ${onTerminal}`, { skip: noScript }, async (t) => {
  const machine = home(t);
  machine.program('claude', fakeClient(''));
  const printed = (words: string, env: Record<string, string>): string => {
    const command = `'${process.execPath}' '${builtOcc}' launch --emulator ${words}`;
    const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: machine.dir,
      env: {
        PATH: `${machine.dir}/bin:/usr/bin:/bin`,
        HOME: machine.dir,
        SEEN: `${machine.dir}/seen.json`,
        ...env,
      },
      encoding: 'utf8',
      timeout: hangMs,
    });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /log: /);
    return stdout;
  };
  assert.ok(printed('', { TERM: 'xterm' }).includes(escape), 'colour without these');
  assert.equal(printed('', { TERM: 'xterm', NO_COLOR: '1' }).includes(escape), false);
  assert.equal(printed('', { TERM: 'xterm', NO_COLOR: '1', FORCE_COLOR: '1' }).includes(escape), false);
  assert.equal(printed('--no-color', { TERM: 'xterm' }).includes(escape), false);
  assert.equal(printed('', { TERM: 'dumb' }).includes(escape), false);
});
