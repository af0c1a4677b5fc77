/** The completions: against the real tree of commands, and in the real shells. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Option } from 'commander';
import { shells, type Shell } from '../../lib/commands/completion/shells.ts';
import { findKnown } from '../../lib/config/file/known.ts';
import { scenarioRules } from '../../lib/proxy/policy/scenario.ts';
import { tiers } from '../../lib/proxy/policy/tiers.ts';
import { checks } from '../../lib/doctor/checks/checks.ts';
import { occ } from '../cli/run-main.ts';
import { commandTree } from '../cli/tree.ts';
import { toAnswer } from '../support/answers.ts';
import { hangMs, waitUntil } from '../support/limits.ts';
import { noScript } from '../terminal/script.ts';

const dir = mkdtempSync(join(tmpdir(), 'occ-completion-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const models = ['default', 'opus', 'near/qwen3:8b', 'near/qwen3:30b', 'far/glm-5.3'];
/** A stand-in for occ: it lists these models, and writes its arguments to a file. */
const program = join(dir, 'occ');
writeFileSync(
  program,
  `#!/bin/sh
if [ "$1 $2 $3" = 'completion --list models' ]; then printf '%s\\n' ${models.join(' ')}
elif [ "$1 $2 $3" = 'completion --list providers' ]; then printf '%s\\n' near far
elif [ "$1 $2 $3" = 'completion --list checks' ]; then printf '%s\\n' eof two-minute
else printf '%s\\n' "$@" >"$RAN.new" && mv "$RAN.new" "$RAN"; fi
`,
);
chmodSync(program, 0o755);
const env = { PATH: `${dir}:${process.env['PATH'] ?? ''}`, HOME: dir, TERM: 'xterm', RAN: join(dir, 'ran') };

async function scriptOf(shell: Shell): Promise<string> {
  const { code, stdout, stderr } = await occ(['completion', shell]);
  assert.deepEqual([code, stderr], [0, '']);
  const file = join(dir, `completions.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

/**
 * What each shell runs for lines on stdin: it prints the completions of each, and then a line `END`. The completion
 * functions of zsh only run inside its line editor, so here they are replaced by ones that print.
 */
const loops: Record<Shell, { args: string[]; text: string }> = {
  bash: {
    args: ['--norc', '--noprofile'],
    text: `source "$1"
while IFS= read -r COMP_LINE; do
  COMP_POINT=\${#COMP_LINE}; COMPREPLY=(); _occ
  (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"
  echo END
done`,
  },
  zsh: {
    args: ['-f'],
    text: `compdef() { : }
source "$1"
_describe() { local word; for word in "\${(@P)@[-1]}"; do print -r -- "\${\${word//\\\\:/|}%%:*}"; done }
compadd() { print -rl -- "\${(@P)2}" }
_files() { print -rl -- \${words[CURRENT]}*(N) }
compset() { : }
_call_program() { eval "\${@[2,-1]}" }
while IFS= read -r line; do
  words=("\${(@s: :)line}"); CURRENT=\${#words}; _occ; print END
done`,
  },
  fish: {
    args: ['--no-config'],
    text: `source $argv[1]
while read -l line
  complete -C "$line" | string replace -r '\\t.*' ''
  echo END
end`,
  },
};

function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ['--version'], { timeout: 10_000 }).error === undefined;
}

async function complete(shell: Shell, lines: readonly string[]): Promise<string[][]> {
  const { args, text } = loops[shell];
  const loop = join(dir, `loop.${shell}`);
  writeFileSync(loop, text);
  const { stdout, stderr } = spawnSync(shell, [...args, loop, await scriptOf(shell)], {
    env,
    cwd: dir,
    encoding: 'utf8',
    input: lines.map((line) => `${line}\n`).join(''),
    timeout: hangMs,
  });
  assert.equal(stderr, '');
  const blocks = stdout.split(/^END\n/m).slice(0, -1);
  assert.equal(blocks.length, lines.length);
  return blocks.map((block) => block.split('\n').filter((word) => word !== ''));
}

const tree = await commandTree();

/** A line, and what must be offered; some of it is enough where there is more. */
const values: [line: string, expected: string[]][] = [
  ['occ config get retry.', ['retry.attempts', 'retry.base_ms', 'retry.max_ms', 'retry.max_attempts_total']],
  ['occ config set models.default.model_i', ['models.default.model_id']],
  ['occ doctor two', ['two-minute']],
  ['occ env --shell ', ['bash', 'zsh', 'fish', 'powershell']],
  ['occ launch -m far/', ['far/glm-5.3']],
  ['occ launch -p hi --model op', ['opus']],
  ['occ doctor --provider ne', ['near']],
  ['occ doctor ver', ['verify']],
  ['occ doctor verify --model far/', ['far/glm-5.3']],
  ['occ use far/', ['far/glm-5.3']],
  ['occ use near/x --tier ha', ['haiku']],
  ['occ completion ', ['bash', 'zsh', 'fish']],
  ['occ help form', ['formats']],
  ['occ help conf', ['config']],
  ['occ help config s', ['set', 'show', 'schema']],
  ['occ config help s', ['set', 'show', 'schema']],
  ['occ help launch ', []],
  ['occ --json confi', ['config']],
  ['occ start --port 1 --emul', ['--emulator']],
  ['occ start --config comp', ['completions.']],
  ['occ launch -- comp', ['completions.']],
];

/** Some shells also offer hidden files. */
const isShown = (name: string): boolean => !name.startsWith('.');

/** The values of an option, where the program lists its stand-ins and `dir` is the current directory. */
function expectedFor({ flags, argChoices, long }: Option): readonly string[] {
  if (/<(?:file|path)>/.test(flags)) return readdirSync(dir).filter(isShown);
  const listed: Readonly<Record<string, readonly string[]>> = {
    '--model': models,
    '--provider': ['near', 'far'],
    '--tier': [...tiers, ...Object.keys(scenarioRules)],
  };
  return argChoices ?? listed[long ?? ''] ?? [];
}

for (const shell of shells) {
  const present = isInstalled(shell);
  describe(present ? shell : `${shell} (skipped: it is not installed)`, { skip: !present }, () => {
    test('every command is offered', async () => {
      const parents = tree.filter(({ command }) => command.commands.length > 0);
      const offered = await complete(
        shell,
        parents.map(({ words }) => ['occ', ...words, ''].join(' ')),
      );
      for (const [at, { words }] of parents.entries()) {
        const below = tree.filter(
          (one) => one.words.length === words.length + 1 && one.words.join(' ').startsWith(words.join(' ')),
        );
        const own = words.join(' ') === 'doctor' ? ['eof', 'two-minute'] : [];
        const expected = [...below.map((one) => one.words.at(-1) ?? ''), ...own];
        assert.deepEqual(offered[at]?.toSorted(), expected.toSorted());
      }
    });

    test('every option is offered, and no hidden one but the global ones', async () => {
      const offered = await complete(
        shell,
        tree.map(({ words }) => ['occ', ...words, '--'].join(' ')),
      );
      const shared = new Set(['--quiet', '--verbose', '--no-color']);
      for (const [at, { words, command }] of tree.entries()) {
        const accepted = command.options.filter(({ hidden, long }) => !hidden || shared.has(long ?? ''));
        const expected = ['--help', ...accepted.map(({ long }) => long ?? '')];
        const found = offered[at]?.filter((name) => name.startsWith('--')).toSorted();
        assert.deepEqual(found, expected.toSorted(), words.join(' '));
      }
    });

    test('for every option with a value, what it takes is offered and nothing else', async () => {
      const valued = tree.flatMap(({ words, command }) =>
        command.options
          .filter(({ required, hidden }) => required && !hidden)
          .flatMap((option) =>
            [option.short ?? [], option.long ?? []]
              .flat()
              .map((flag) => ({ option, line: ['occ', ...words, flag, ''].join(' ') })),
          ),
      );
      assert.ok(valued.length > 20);
      const offered = await complete(
        shell,
        valued.map(({ line }) => line),
      );
      for (const [at, { option, line }] of valued.entries())
        assert.deepEqual(offered[at]?.filter(isShown).toSorted(), expectedFor(option).toSorted(), line);
    });

    test('values are offered', async () => {
      const offered = await complete(
        shell,
        values.map(([line]) => line),
      );
      for (const [at, [line, expected]] of values.entries()) {
        const typed = line.slice(line.lastIndexOf(' ') + 1);
        const found = (offered[at] ?? []).filter((word) => word.startsWith(typed));
        for (const word of expected)
          assert.ok(
            found.some((one) => one.startsWith(word)),
            `${line}: ${found.join(' ')}`,
          );
        if (!expected.includes('completions.')) assert.equal(found.length, expected.length, line);
      }
    });
  });

  const onTerminal = noScript ? ' (skipped: needs the script of util-linux)' : '';
  test(
    `${shell} completes what is typed on a terminal${onTerminal}`,
    { skip: noScript || !present },
    async () => {
      assert.deepEqual(await type(shell, 'occ config sch\t\r'), ['config', 'schema']);
      assert.deepEqual(await type(shell, 'occ start --emul\t\r'), ['start', '--emulator']);
      assert.deepEqual(await type(shell, 'occ launch -m near/qwen3:8\t\r'), [
        'launch',
        '-m',
        'near/qwen3:8b',
      ]);
      assert.deepEqual(await type(shell, 'occ launch --model=far\t\r'), ['launch', '--model=far/glm-5.3']);
      assert.deepEqual(await type(shell, "occ use 'fa\t\r"), ['use', 'far/glm-5.3']);
      assert.deepEqual(await type(shell, 'occ use "near/qwen3:8\t\r'), ['use', 'near/qwen3:8b']);
      assert.deepEqual(await type(shell, 'occ help config sch\t\r'), ['help', 'config', 'schema']);
    },
  );
}

test('fish takes no value of an option for a subcommand', async () => {
  const fish = readFileSync(await scriptOf('fish'), 'utf8');
  const takes = /function __occ_takes[^]*?\nend/.exec(fish)?.[0] ?? '';
  const expected = tree
    .filter(({ command }) => command.commands.length > 0)
    .flatMap(({ words, command }) =>
      command.options
        .filter(({ required, optional, hidden }) => (required || optional) && !hidden)
        .map(({ long }) => `'${[...words, long].join(' ')}'`),
    );
  assert.ok(expected.includes("'doctor --model'"));
  for (const word of expected) assert.ok(takes.includes(word), word);
});

/** How each shell is started with its completions and the prompt `READY>`. */
const interactive: Record<Shell, (file: string) => string> = {
  bash: (file) =>
    `bash --noprofile --rcfile ${write('rc.bash', `PS1='READY>'; bind 'set enable-bracketed-paste off'; source ${file}\n`)} -i`,
  zsh: (file) => {
    write(
      '.zshrc',
      `PROMPT='READY>'; unsetopt PROMPT_SP; autoload -Uz compinit && compinit -u -D; source ${file}\n`,
    );
    return 'zsh -i';
  },
  fish: (file) => `fish --no-config -i -C 'function fish_prompt; printf READY\\>; end; source ${file}'`,
};

function write(name: string, text: string): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

/** Types the keys at the prompt of the shell; resolves to the arguments that the program was then run with. */
async function type(shell: Shell, keys: string): Promise<string[]> {
  rmSync(env.RAN, { force: true });
  const command = interactive[shell](await scriptOf(shell));
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...env, ZDOTDIR: dir },
    cwd: dir,
    timeout: hangMs,
    killSignal: 'SIGKILL',
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (screen += more));
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await waitUntil(
      () => screen.includes('READY>'),
      () => `the prompt of ${shell}: ${screen}`,
    );
    child.stdin.write(keys);
    await waitUntil(
      () => existsSync(env.RAN),
      () => `${shell} to run occ: ${screen}`,
    );
  } finally {
    child.stdin.write('\u0015exit\r');
    child.stdin.end();
    await ended;
  }
  return readFileSync(env.RAN, 'utf8').trimEnd().split('\n');
}

describe('occ completion', () => {
  test('takes the shell from $SHELL', async () => {
    const fish = await occ(['completion', 'fish']);
    assert.deepEqual(await occ(['completion'], { env: { SHELL: '/usr/local/bin/fish' } }), fish);
  });

  for (const env of [{}, { SHELL: '/bin/tcsh' }] as Record<string, string>[]) {
    test(`asks for the shell if $SHELL is ${env['SHELL'] ?? 'not set'}`, async () => {
      const { code, stdout, stderr } = await occ(['completion'], { env });
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /bash, zsh and fish.*\n {2}name the shell: occ completion bash/);
    });
  }

  test('--json is as in the schema', async () => {
    for (const shell of shells) {
      const { stdout } = await occ(['completion', shell]);
      const answer = toAnswer('completion', (await occ(['completion', shell, '--json'])).stdout);
      assert.deepEqual([answer['shell'], `${String(answer['script']).trimEnd()}\n`], [shell, stdout]);
    }
  });

  test('lists models and providers, and nothing for a configuration that is invalid', async () => {
    const { stdout } = await occ(['completion', '--list', 'providers'], { home: dir });
    assert.ok(stdout.split('\n').includes('opencode-go'));
    const listed = (await occ(['completion', '--list', 'models'], { home: dir })).stdout.split('\n');
    for (const word of ['default', 'opus']) assert.ok(listed.includes(word));
    // The built-in models, for this home has no configuration; without and with their provider.
    for (const word of ['glm-5.3', 'opencode-go/glm-5.3']) assert.ok(listed.includes(word), word);
    assert.equal(new Set(listed).size, listed.length);
    const file = write('broken.json', '{ "port": "high" }');
    const broken = await occ(['completion', '--list', 'models'], { env: { OCC_CONFIG: file } });
    assert.deepEqual(broken, { code: 0, stdout: '', stderr: '' });
  });

  test('offers only keys and checks that exist', async () => {
    const script = (await occ(['completion', 'bash'])).stdout;
    const wordsOf = (path: string): string[] =>
      new RegExp(`'${path}'\\)\\n.*\\n.*\\n *values='words ([^']*)'`).exec(script)?.[1]?.split(' ') ?? [];
    const keys = wordsOf('config get');
    assert.ok(keys.length > 50);
    for (const key of keys) assert.equal(findKnown(key).kind, 'known', key);
    const listed = (await occ(['completion', '--list', 'checks'])).stdout.trimEnd().split('\n');
    assert.deepEqual(listed, [...new Set(checks.map(({ code }) => code))]);
  });
});
