/** `occ` alone and `occ config init` on a real terminal: one keystroke runs the choice, and leaving restores the terminal. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { occ } from './client.ts';
import { hasTmux, openTerminal, type Terminal } from './terminal.ts';

const skip = hasTmux ? false : 'needs tmux';

/** A shell in which `occ` and a client that prints its arguments are on PATH. */
async function shell(t: TestContext, columns = 80): Promise<{ terminal: Terminal; home: string }> {
  const home = mkdtempSync(join(tmpdir(), 'occ-begin-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const program = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('occ', `exec '${process.execPath}' '${occ}' "$@"`);
  program('claude', 'echo "the client runs on $ANTHROPIC_BASE_URL"');
  const env = { HOME: home, PATH: `${bin}:/usr/bin:/bin` };
  const terminal = await openTerminal(['sh'], { cwd: home, env, columns });
  t.after(async () => {
    await terminal.press('C-c');
    await terminal.type('exit');
    await terminal.press('Enter');
    await terminal[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });
  await terminal.shows(/[#$]/, 20_000);
  return { terminal, home };
}

async function enter(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(line);
  await terminal.press('Enter');
}

test('one keystroke starts the trial run', { skip }, async (t) => {
  const { terminal, home } = await shell(t);
  await enter(terminal, 'occ');
  await terminal.shows(/How do you want to begin\?[^]*1 +Try it now/);
  await terminal.press('1');
  await terminal.shows(/\$ occ launch --emulator[^]*the client runs on http:\/\/127\.0\.0\.1:\d+/);
  assert.equal(existsSync(join(home, '.config/occ')), false, 'a trial run configures nothing');
});

test('the conversation writes the file, and the typed key is never on the screen', { skip }, async (t) => {
  const { terminal, home } = await shell(t);
  await enter(terminal, 'occ config init');
  await terminal.shows(/Which provider\?/);
  await terminal.press('Enter');
  await terminal.shows(/Where is the key/);
  await terminal.press('Enter');
  await terminal.shows(/Key of OpenCode Go/);
  await terminal.type('sk-typed-1');
  await terminal.press('Enter');
  await terminal.shows(/Which models\?/);
  await terminal.press('Enter');
  const screen = await terminal.shows(/occ: next: occ doctor key\s+occ launch/);
  assert.doesNotMatch(screen, /sk-typed/);
  assert.match(readFileSync(join(home, '.config/occ/config.json'), 'utf8'), /"api_key": "sk-typed-1"/);
});

for (const key of ['C-c', 'C-d', 'Escape']) {
  test(`${key} leaves with 130, and the terminal is as before`, { skip }, async (t) => {
    const { terminal, home } = await shell(t, 40);
    for (const [command, question] of [
      ['occ', /begin\?/],
      ['occ config init', /Which provider\?/],
    ] as const) {
      await enter(terminal, `clear; ${command}; echo "code $?"; stty -a | grep -c -- ' -icanon\\| -echo '`);
      await terminal.shows(question);
      await terminal.press(key);
      // grep counts no line: the terminal echoes, and reads by line.
      await terminal.shows(/code 130\n0\n/);
    }
    assert.equal(existsSync(join(home, '.config/occ')), false);
  });
}
