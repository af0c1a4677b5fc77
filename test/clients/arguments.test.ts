import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitArguments, type LaunchArguments } from '../../lib/clients/arguments.ts';
import { clients } from '../../lib/clients/clients.ts';
import { meantClient, meantOption } from '../../lib/clients/misspelt.ts';
import { OccError } from '../../lib/errors.ts';

const table: [string[], Partial<LaunchArguments>][] = [
  [[], { client: 'claude', forClient: [] }],
  [['-p', 'hi'], { forClient: ['-p', 'hi'] }],
  [['fix the bug'], { forClient: ['fix the bug'] }],
  [['-c'], { forClient: ['-c'] }],
  [['--', '--resume'], { forClient: ['--resume'] }],
  [['claude'], { client: 'claude', forClient: [] }],
  [['claude', '-p', 'hi'], { client: 'claude', forClient: ['-p', 'hi'] }],
  [['--emulator', 'claude', '-p', 'hi'], { emulator: true, forClient: ['-p', 'hi'] }],
  [['claude is great'], { client: 'claude', forClient: ['claude is great'] }],
  [['claude', 'claude'], { forClient: ['claude'] }],
  [['-p', 'claude'], { forClient: ['-p', 'claude'] }],
  [['--', 'claude'], { forClient: ['claude'] }],
  [['--', 'exec'], { client: 'claude', forClient: ['exec'] }],
  [['-m', 'kimi', '-p', 'hi'], { model: 'kimi', forClient: ['-p', 'hi'] }],
  [['-p', 'hi', '--model', 'kimi'], { model: 'kimi', forClient: ['-p', 'hi'] }],
  [['--model=go/kimi', 'hi'], { model: 'go/kimi', forClient: ['hi'] }],
  [['--config', 'a.json', '--config=b.json'], { config: 'b.json', forClient: [] }],
  [['hi', '--', '-m', 'x', '--emulator'], { emulator: false, forClient: ['hi', '-m', 'x', '--emulator'] }],
  [['--', '--', '-x'], { forClient: ['--', '-x'] }],
  [
    ['--attach', '--dry-run', '--yes', '--quiet', '--auto-mode', '--keep-env', '--no-color'],
    {
      attach: true,
      dryRun: true,
      yes: true,
      quiet: true,
      autoMode: true,
      keepEnv: true,
      noColor: true,
      forClient: [],
    },
  ],
  // The value of a client option is never an option of occ.
  [['--append-system-prompt', '-m x'], { forClient: ['--append-system-prompt', '-m x'] }],
  [
    ['--append-system-prompt', '--emulator', '--yes'],
    { emulator: false, yes: true, forClient: ['--append-system-prompt', '--emulator'] },
  ],
  [['-n', '--quiet'], { quiet: false, forClient: ['-n', '--quiet'] }],
  [['--settings', '--model', 'x'], { forClient: ['--settings', '--model', 'x'] }],
  [['--append-system-prompt', '--', '-m', 'x'], { model: 'x', forClient: ['--append-system-prompt', '--'] }],
  // Options with an optional value accept none with a leading dash.
  [['--resume', '-m', 'x'], { model: 'x', forClient: ['--resume'] }],
  [['--resume', 'abc', '-m', 'x'], { model: 'x', forClient: ['--resume', 'abc'] }],
  [['--append-system-prompt=-m', '-m', 'x'], { model: 'x', forClient: ['--append-system-prompt=-m'] }],
  // Options of Claude Code go to the client.
  [['-v'], { forClient: ['-v'] }],
  [['-q'], { forClient: ['-q'] }],
  [['--verbose'], { forClient: ['--verbose'] }],
  [['--version'], { forClient: ['--version'] }],
  [['--json'], { json: false, forClient: ['--json'] }],
  [['--json', '--dry-run', 'hi'], { json: true, dryRun: true, forClient: ['hi'] }],
  [['--dry-run', '--', '--json'], { json: false, forClient: ['--json'] }],
  [['-h'], { help: true, forClient: [] }],
  [['-p', 'x', '--help'], { help: true }],
  [['--', '--help'], { help: false, forClient: ['--help'] }],
  // After exec and its program, all arguments belong to the program.
  [['exec', '--', 'node', '-p', '1'], { client: 'exec', forClient: ['node', '-p', '1'] }],
  [
    ['exec', '-m', 'x', '--', 'node', '--', '-m', 'y'],
    { client: 'exec', model: 'x', forClient: ['node', '--', '-m', 'y'] },
  ],
  [['exec', 'python', '-m', 'http.server'], { client: 'exec', forClient: ['python', '-m', 'http.server'] }],
  [['exec', '--emulator', 'env'], { client: 'exec', emulator: true, forClient: ['env'] }],
  [['exec'], { client: 'exec', forClient: [] }],
  [[''], { forClient: [''] }],
  // Other clients, with their own options.
  [['codex'], { client: 'codex', forClient: [] }],
  [['codex', 'exec', 'hi'], { client: 'codex', forClient: ['exec', 'hi'] }],
  [['--emulator', 'codex', '-m', 'x', 'claude'], { client: 'codex', model: 'x', forClient: ['claude'] }],
  [['codex', '-c', '--emulator', 'hi'], { emulator: false, forClient: ['-c', '--emulator', 'hi'] }],
  [['codex', '--', '-m', 'x'], { client: 'codex', forClient: ['-m', 'x'] }],
  [['gemini', '-p', '--quiet'], { client: 'gemini', quiet: false, forClient: ['-p', '--quiet'] }],
  [['-p', 'codex'], { client: 'claude', forClient: ['-p', 'codex'] }],
  [['hi', 'codex'], { client: 'claude', forClient: ['hi', 'codex'] }],
  [['--list'], { list: true, json: false }],
  [['--list', '--json'], { list: true, json: true, forClient: [] }],
];

for (const [words, expected] of table) {
  test(`occ launch ${words.map((word) => JSON.stringify(word)).join(' ')}`, () => {
    const split = splitArguments(words);
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(split[key as keyof LaunchArguments], value, key);
    }
    if (expected.model === undefined) assert.equal(split.model, undefined);
  });
}

for (const words of [
  ['-m'],
  ['--model'],
  ['--model='],
  ['-m', '--resume'],
  ['--config'],
  ['--emulator=yes'],
  ['-m', '--', 'x'],
]) {
  test(`occ launch ${words.join(' ')} is wrong usage`, () => {
    assert.throws(
      () => splitArguments(words),
      (error) => error instanceof OccError && error.exitCode === 2,
    );
  });
}

for (const [word, meant] of Object.entries({
  '--emulater': '--emulator',
  '--Emulator': '--emulator',
  '-emulator': '--emulator',
  '\u2014emulator': '--emulator',
  '--atach': '--attach',
  '--dryrun': '--dry-run',
  '--dry_run': '--dry-run',
  '--quite': '--quiet',
  '--keepenv': '--keep-env',
  '--auto-mod': '--auto-mode',
  '--modle': '--model',
  '--confg': '--config',
  '--no-colour': '--no-color',
})) {
  test(`${word} looks like ${meant}`, () => {
    assert.deepEqual(splitArguments(['-p', word, 'hi']).misspelt, [{ at: 1, word, meant }]);
    assert.deepEqual(splitArguments([`${word}=x`]).misspelt, [{ at: 0, word, meant }]);
    assert.deepEqual(splitArguments(['--', word]).misspelt, []);
    assert.deepEqual(splitArguments(['--append-system-prompt', word]).misspelt, []);
    assert.deepEqual(splitArguments(['exec', 'agent', word]).misspelt, []);
    assert.deepEqual(splitArguments(['exec', word, 'agent']).misspelt, [{ at: 1, word, meant }]);
  });
}

for (const [word, meant] of Object.entries({
  codx: 'codex',
  Codex: 'codex',
  gemni: 'gemini',
  cluade: 'claude',
})) {
  test(`${word} looks like the client ${meant}`, () => {
    assert.deepEqual(splitArguments(['--emulator', word, 'hi']).misspelt, [{ at: 1, word, meant }]);
    for (const words of [
      ['--', word],
      ['-p', word],
      ['fix', word],
      ['codex', word],
      ['exec', word],
    ])
      assert.deepEqual(splitArguments(words).misspelt, [], words.join(' '));
  });
}

test('short names are never guessed', () => {
  assert.equal(meantClient('hi', ['pi']), undefined);
  assert.equal(meantClient('copi', ['copilot', 'pi']), undefined);
  assert.equal(meantClient('copilt', ['copilot', 'pi']), 'copilot');
});

test('prompts, and the commands of Claude Code, are no misspelt clients', () => {
  const commands =
    'agents attach auth config daemon doctor install kill logs mcp plugin respawn rm setup-token stop update';
  for (const word of [...commands.split(' '), 'hi', 'pie', 'codex is great', 'test', 'help', 'exit'])
    assert.deepEqual(splitArguments([word]).misspelt, [], word);
});

test('options of Claude Code, joined short options, prompts and unknown options are not misspelt', () => {
  const words = [
    '--mcp-config',
    'x',
    '--resume',
    '--verbose',
    '--continue',
    '--agent',
    'x',
    '--no-chrome',
    '--ide',
  ];
  for (const word of [
    ...words,
    '-pc',
    '-',
    '-e',
    'emulater',
    '- emulator',
    '--something-else',
    '--em dash',
  ]) {
    assert.deepEqual(splitArguments([word]).misspelt, [], word);
  }
});

test('an option of Claude Code is not misspelt, even if it is one letter off', () => {
  assert.equal(meantOption('--resume', ['--resumes']), undefined);
  assert.equal(meantOption('--agents', ['--agent-s']), undefined);
  assert.equal(meantOption('--rezume', ['--resumes']), '--resumes');
});

test('arguments after -- go to the client unchanged', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const split = splitArguments(['--', ...words]);
      assert.deepEqual(split.forClient, words);
      assert.deepEqual({ ...split, forClient: [] }, splitArguments([]));
    }),
  );
});

test('arguments of the client keep their number and order', () => {
  const names = new Set([...clients.map(({ name }) => name), 'exec']);
  const foreign = fc.string().filter((word) => !word.startsWith('-') && !names.has(word));
  fc.assert(
    fc.property(
      fc.array(foreign),
      fc.array(fc.constantFrom('--emulator', '--yes', '--quiet', '--model=x')),
      (words, ours) => {
        const mixed = [...words];
        for (const [at, own] of ours.entries()) mixed.splice((at * 7) % (mixed.length + 1), 0, own);
        assert.deepEqual(splitArguments(mixed).forClient, words);
      },
    ),
  );
});
