import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { readArguments } from '../../lib/commands/launch/read-arguments.ts';
import { outputFor, type System } from '../../lib/terminal/command-context.ts';

function read(words: string[], system: System): ReturnType<typeof readArguments> {
  return readArguments(words, system, () => outputFor(system, {}));
}

/** A terminal whose user types these answers, one for each question. */
function terminal(...answers: string[]): { system: System; asked: string[] } {
  const asked: string[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  stderr.on('data', (chunk: Buffer) => {
    const question = /Did you mean (\S+)\?/.exec(String(chunk));
    if (question === null || asked.at(-1) === question[1]) return;
    asked.push(question[1] ?? '');
    setImmediate(() => stdin.write(answers[asked.length - 1] ?? ''));
  });
  const system = { env: {}, home: '/', cwd: '/', platform: process.platform, stdin, stdout: stderr, stderr };
  return { system, asked };
}

test('Enter corrects a misspelt option, also with a value', async () => {
  const { system, asked } = terminal('\r', '\r');
  const args = await read(['--emulater', '-p', '--modle=kimi', 'hi'], system);
  assert.deepEqual(asked, ['--emulator', '--model']);
  assert.equal(args.emulator, true);
  assert.equal(args.model, 'kimi');
  assert.deepEqual(args.forClient, ['-p', 'hi']);
});

test('a corrected option takes the next argument as its value', async () => {
  const { system } = terminal('\r');
  const args = await read(['--modle', 'kimi', 'hi'], system);
  assert.equal(args.model, 'kimi');
  assert.deepEqual(args.forClient, ['hi']);
});

test('"n" gives the option to the client, and is asked about once', async () => {
  const { system, asked } = terminal('n', '\r');
  const args = await read(['--emulater', '--quite'], system);
  assert.deepEqual(asked, ['--emulator', '--quiet']);
  assert.deepEqual(args.forClient, ['--emulater']);
  assert.equal(args.quiet, true);
});

test('the name of a client is asked about as well, and corrected', async () => {
  const { system, asked } = terminal('\r');
  const args = await read(['codx', 'exec', 'hi'], system);
  assert.deepEqual(asked, ['codex']);
  assert.equal(args.client, 'codex');
  assert.deepEqual(args.forClient, ['exec', 'hi']);
});

test('without a terminal, a misspelt client is an error that names the list', async () => {
  const { system } = terminal();
  await assert.rejects(read(['gemni'], { ...system, stdin: new PassThrough() }), {
    exitCode: 2,
    message: /there is no client gemni; did you mean gemini\?/,
    remedy: /occ launch gemini[^]*occ launch -- gemni, if it is a prompt[^]*occ launch --list/,
  });
});

test('Ctrl-C starts nothing', async () => {
  const { system } = terminal('\u0003');
  await assert.rejects(read(['--emulater'], system), { code: 'interrupted', exitCode: 130 });
});

test('without a terminal, both ways are named, and the first one can be pasted', async () => {
  const { system } = terminal();
  const piped = { ...system, stdin: new PassThrough() };
  const rows: [string[], string][] = [
    [['--dryrun'], 'occ launch --dry-run\nocc launch -- --dryrun, if it is for the client'],
    [['-p', '--dryrun'], 'occ launch -p --dry-run\nocc launch … -- --dryrun, if it is for the client'],
    [
      ['--modle', 'glm 5', '-p', 'hi'],
      "occ launch --model 'glm 5' -p hi\nocc launch … -- --modle, if it is for the client",
    ],
    [
      ['--modle=x', '-p', 'word '.repeat(20)],
      'occ launch --model=x -p …\nocc launch … -- --modle, if it is for the client',
    ],
    [
      ['--emulatr', '--settings', '{"key":"sk-ant-api03-abcdefghijklmnopqrst"}'],
      'occ launch --emulator --settings …\nocc launch … -- --emulatr, if it is for the client',
    ],
  ];
  for (const [words, remedy] of rows)
    await assert.rejects(read(words, piped), { exitCode: 2, message: /did you mean --/, remedy });
});
