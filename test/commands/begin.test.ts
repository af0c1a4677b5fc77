/** Tests `occ` alone on a terminal: what it offers, what each key does, and where it prints the help as before. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { begin, waysToBegin } from '../../lib/commands/begin/begin.ts';
import { keysIn } from '../../lib/catalog/known-providers.ts';
import { main } from '../../lib/cli.ts';
import type { System } from '../../lib/terminal/command-context.ts';
import { serveLocal } from '../support/local-servers.ts';
import { keys, typist, type Step, type Typist } from '../support/typist.ts';

interface Machine {
  system: System;
  terminal: Typist;
  stdout: () => string;
}

function machine(t: TestContext, steps: Step[], env: Record<string, string> = {}, columns = 80): Machine {
  const home = mkdtempSync(join(tmpdir(), 'occ-begin-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const terminal = typist(steps, columns);
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const system = {
    env: { PATH: '/usr/bin:/bin', NO_COLOR: '1', ...env },
    home,
    cwd: home,
    platform: process.platform,
    stdin: terminal.stdin,
    stdout: Object.assign(stdout, { isTTY: true, columns }),
    stderr: terminal.stderr,
  };
  return { system, terminal, stdout: () => text };
}

const choose = (key: string): Step[] => [[/begin\?/, key]];
const openCode = { OPENCODE_API_KEY: 'sk-secret-1' };

const choices: [what: string, env: Record<string, string>, key: string, command: string][] = [
  ['the trial run', {}, '1', 'launch --emulator'],
  ['the first way', {}, keys.enter, 'launch --emulator'],
  ['a provider', {}, '2', 'config init'],
  ['a local server that was not found', {}, '3', 'config init --provider other'],
  ['the help', {}, 'h', '--help'],
  ['a key', openCode, '2', 'config init --key-env OPENCODE_API_KEY'],
  [
    'the second key',
    { ...openCode, DEEPSEEK_API_KEY: 'sk-secret-2' },
    '3',
    'config init --provider deepseek --key-env DEEPSEEK_API_KEY',
  ],
];

for (const [what, env, key, command] of choices) {
  test(`one keystroke chooses ${what}`, async (t) => {
    const { system, terminal } = machine(t, choose(key), env);
    assert.deepEqual(await begin(system, []), command.split(' '));
    assert.deepEqual(terminal.left(), []);
    assert.match(terminal.text(), new RegExp(`\\$ occ ${command}`));
    assert.doesNotMatch(terminal.text(), /sk-secret/, 'the value of a variable is never printed');
  });
}

test('a local server that answers is offered with the number of its models', async (t) => {
  const port = await serveLocal(t, 'ollama');
  const { system, terminal } = machine(t, choose('3'));
  const command = await begin(system, [port]);
  assert.match(terminal.text(), /3 +Use Ollama on this computer \(2 models\)/);
  const url = `http://127.0.0.1:${port}/v1`;
  assert.deepEqual(command, ['config', 'init', '--provider', 'ollama', '--base-url', url]);
});

test('the three ways are offered whatever is found', () => {
  const found = [{ kind: 'vllm' as const, title: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1', models: [] }];
  for (const env of [{}, openCode]) {
    for (const servers of [[], found]) {
      const commands = waysToBegin(keysIn(env), servers).map(({ command }) => command.join(' '));
      assert.equal(commands[0], 'launch --emulator');
      assert.ok(commands.includes('config init'));
      assert.ok(commands.some((command) => /--provider (?:other|vllm)/.test(command)));
    }
  }
});

for (const columns of [20, 40, 60, 80, 120]) {
  test(`fits ${columns} columns`, async (t) => {
    const { system, terminal } = machine(t, choose('h'), openCode, columns);
    await begin(system, []);
    for (const line of terminal.text().split('\n')) assert.ok(line.length <= Math.max(columns, 30), line);
  });
}

test('occ alone runs the chosen command', async (t) => {
  const { system, stdout } = machine(t, choose('h'));
  assert.equal(await main([], system), 0);
  assert.match(stdout(), /^Usage: occ /);
});

for (const key of ['ctrlC', 'escape', 'ctrlD'] as const) {
  test(`${key} leaves with 130 and changes nothing`, async (t) => {
    const { system, terminal } = machine(t, choose(keys[key]));
    assert.equal(await main([], system), 130);
    assert.match(terminal.text(), /occ: nothing was changed/);
    assert.equal(terminal.raw() || terminal.cursorHidden(), false);
    assert.deepEqual(readdirSync(system.home), []);
  });
}

const helps: Record<string, (given: Machine) => System> = {
  'with a configuration': ({ system }) => {
    mkdirSync(join(system.home, '.config/occ'), { recursive: true });
    writeFileSync(join(system.home, '.config/occ/config.json'), '{}');
    return system;
  },
  'with the configuration of another tool': ({ system }) => {
    mkdirSync(join(system.home, '.config/oc-go-cc'), { recursive: true });
    writeFileSync(join(system.home, '.config/oc-go-cc/config.json'), '{}');
    return system;
  },
  'with OCC_CONFIG': ({ system }) => ({ ...system, env: { ...system.env, OCC_CONFIG: '/nowhere' } }),
  'without a terminal on stdin': ({ system }) => ({ ...system, stdin: new PassThrough() }),
  'on a terminal of no width': ({ system }) => {
    Object.assign(system.stderr, { columns: 0 });
    return system;
  },
  'with TERM=dumb': ({ system }) => ({ ...system, env: { ...system.env, TERM: 'dumb' } }),
  'into a pipe': ({ system }) => {
    Object.assign(system.stdout, { isTTY: false });
    return system;
  },
};

for (const [what, change] of Object.entries(helps)) {
  test(`${what} it prints the help and asks nothing`, async (t) => {
    const given = machine(t, []);
    assert.equal(await main([], change(given)), 0);
    assert.match(given.stdout(), /^Usage: occ /);
    assert.equal(given.terminal.written(), '');
  });
}
