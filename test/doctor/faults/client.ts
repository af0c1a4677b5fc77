/** Faults of Claude Code and its settings, of Node, and of this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { listening } from '../../support/company-proxy.ts';
import { recordIn } from '../../commands/program.ts';
import { byCommands, type Bed, type Cure, type Fault } from './fault.ts';

const tested = '#!/bin/sh\necho "2.1.330 (Claude Code)"\n';

/** npm, which installs a client in the tested version. */
function npmOn(bed: Bed): void {
  const file = join(bed.at.dir, 'bin/claude');
  const fresh = bed.at.write('claude-of-npm', tested);
  bed.at.program(
    'npm',
    `#!/bin/sh\ncp ${fresh} ${file}.new && chmod 755 ${file}.new && mv ${file}.new ${file}\n`,
  );
}

/**
 * A client that is not the real one: it prints a version, and for a turn runs this script, in which `ask()` sends the prompt and
 * resolves to all of the answer, and `print` prints a result as success.
 */
function fakeTurns(script: string): string {
  return `#!${process.execPath}
if (process.argv.includes('--version')) { console.log('2.1.330 (Claude Code)'); process.exit(); }
const print = (result) => console.log(JSON.stringify({ type: 'result', is_error: false, result }));
const ask = () => fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: { 'x-api-key': process.env.ANTHROPIC_AUTH_TOKEN, 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'occ-sonnet', max_tokens: 99, stream: true, messages: [{ role: 'user', content: process.argv[process.argv.indexOf('-p') + 1] }] }),
}).then((answer) => answer.text());
${script}
`;
}

/** Claude Code itself is at fault; npm installs it again, here as a client that works for this check. */
function brokenTurns(bed: Bed, script: string): Cure {
  bed.at.program('claude', fakeTurns(script));
  const working = fakeTurns(`ask().then((text) => {
  if (!text.includes('message_stop')) {
    console.log(JSON.stringify({ type: 'result', is_error: true, result: 'it broke off' }));
    process.exit(1);
  }
  require('node:fs').writeFileSync('hello.txt', 'hello from occ');
  print('done');
});`);
  const fresh = bed.at.write('claude-of-npm', working);
  const file = join(bed.at.dir, 'bin/claude');
  bed.at.program(
    'npm',
    `#!/bin/sh\ncp ${fresh} ${file}.new && chmod 755 ${file}.new && mv ${file}.new ${file}\n`,
  );
  return byCommands;
}

const turnFault = { check: 'claude-turn', level: 'fail', side: 'client' } as const;

const warned = { level: 'warn', side: 'client' } as const;
const claude = ['claude', '--offline'];

/** Settings of the client in this file; the remedy says to remove them there. */
function stored(bed: Bed, file: string, settings: object): Cure {
  bed.at.write(file, JSON.stringify(settings));
  // What the remedy starts.
  bed.at.program('claude', tested);
  bed.env['OCC_API_KEY'] = 'sk-test-0123456789abcdef';
  return {
    how: 'followed',
    text: /^start it with occ launch, or remove/,
    by: `echo '{}' >${join(bed.at.dir, file)}`,
  };
}

export const client: readonly Fault[] = [
  {
    broken: 'Claude Code is not installed',
    args: claude,
    expected: { check: 'claude', ...warned, summary: /^not found/ },
    plant(bed) {
      npmOn(bed);
      return byCommands;
    },
  },
  {
    broken: 'Claude Code is older than any tested version',
    args: claude,
    expected: { check: 'claude', ...warned, summary: /1\.0\.3 at .*occ was tested with/ },
    plant(bed) {
      bed.at.program('claude', '#!/bin/sh\necho "1.0.3 (Claude Code)"\n');
      npmOn(bed);
      return byCommands;
    },
  },
  {
    broken: 'The file of Claude Code is not executable',
    args: claude,
    expected: { check: 'claude', ...warned, summary: /is not executable/ },
    plant(bed) {
      bed.at.program('claude', tested, 0o644);
      return byCommands;
    },
  },
  {
    broken: 'Claude Code crashes when it starts',
    args: claude,
    expected: { check: 'claude', ...warned, summary: /does not print its version/ },
    plant(bed) {
      bed.at.program('claude', '#!/bin/sh\necho "Illegal instruction" >&2\nexit 132\n');
      npmOn(bed);
      return byCommands;
    },
  },
  {
    broken: 'Node is too old',
    args: ['node', '--offline'],
    expected: { check: 'node', level: 'fail', side: 'client', summary: /v18\.19\.0 is older than/ },
    plant(bed) {
      const preload = bed.at.write(
        'old-node.cjs',
        `Object.defineProperty(process.versions, 'node', { value: '18.19.0' });`,
      );
      bed.env['NODE_OPTIONS'] = `--require ${preload}`;
      bed.at.program('nvm', `#!/bin/sh\n: >${preload}\n`);
      return byCommands;
    },
  },
  {
    broken: 'The user settings of Claude Code have an address of their own',
    args: ['conflicts', '--offline'],
    expected: {
      check: 'conflicts',
      ...warned,
      summary: /~\/\.claude\/settings\.json sets ANTHROPIC_BASE_URL/,
    },
    plant: (bed) =>
      stored(bed, '.claude/settings.json', { env: { ANTHROPIC_BASE_URL: 'https://elsewhere.example' } }),
  },
  {
    broken: 'The user settings of Claude Code have a helper that prints another key',
    args: ['conflicts', '--offline'],
    expected: { check: 'conflicts', ...warned, summary: /sets apiKeyHelper/ },
    plant: (bed) => stored(bed, '.claude/settings.json', { apiKeyHelper: 'echo sk-other' }),
  },
  {
    broken: 'The settings of the project send Claude Code to Bedrock',
    args: ['conflicts', '--offline'],
    expected: {
      check: 'conflicts',
      ...warned,
      summary: /settings\.local\.json sets CLAUDE_CODE_USE_BEDROCK/,
    },
    plant: (bed) => stored(bed, '.claude/settings.local.json', { env: { CLAUDE_CODE_USE_BEDROCK: '1' } }),
  },
  {
    broken: 'The shell sends Claude Code to Vertex',
    args: ['conflicts', '--offline'],
    expected: { check: 'conflicts', ...warned, summary: /CLAUDE_CODE_USE_VERTEX is set in this shell/ },
    plant(bed) {
      bed.env['CLAUDE_CODE_USE_VERTEX'] = '1';
      return byCommands;
    },
  },
  {
    broken: 'Another program has the port of occ start',
    args: ['port', '--offline'],
    expected: { check: 'port', ...warned, summary: /is used by/ },
    async plant(bed) {
      const port = await listening(bed.t, createServer());
      bed.configure({ port });
      bed.env['OCC_PORT'] = '';
      return byCommands;
    },
  },
  {
    broken: 'The record of a proxy names a process that has ended',
    args: ['record', '--offline'],
    expected: { check: 'record', ...warned, summary: /names pid 4194303, which has ended/ },
    plant(bed) {
      const record = {
        instance: 'gone',
        pid: 2 ** 22 - 1,
        url: 'http://127.0.0.1:9',
        host: '127.0.0.1',
        port: 9,
        version: '0.1.0',
        started_at: '2026-01-01T00:00:00Z',
        control: 'x',
        program: 'occ',
        options: {},
        log: '/nowhere',
      };
      bed.at.write('.local/state/occ/proxy.json', JSON.stringify(record));
      return byCommands;
    },
  },
  {
    broken: 'The record of a proxy is half written',
    args: ['record', '--offline'],
    expected: { check: 'record', ...warned, summary: /is not a valid record/ },
    plant(bed) {
      bed.at.write('.local/state/occ/proxy.json', '{ "instance": "x", "pid":');
      return byCommands;
    },
  },
  {
    broken: 'The proxy in the background hangs',
    args: ['record', '--offline'],
    expected: { check: 'record', level: 'fail', side: 'occ', summary: /does not answer on/ },
    async plant(bed) {
      const started = await bed.at.run(['start', '--emulator', '--port', '0'], bed.env);
      const record = recordIn(bed.at.dir);
      if (record === undefined) throw new Error(started.stderr);
      process.kill(record.pid, 'SIGSTOP');
      return byCommands;
    },
  },
  {
    broken: 'A file stands where the folder of the log and the ledger should be',
    args: ['folders', '--offline'],
    expected: { check: 'folders', ...warned, summary: /~\/\.local\/state is a file/ },
    plant(bed) {
      mkdirSync(join(bed.at.dir, '.local'), { recursive: true });
      writeFileSync(join(bed.at.dir, '.local/state'), 'not a folder');
      return byCommands;
    },
  },
  {
    broken: 'Claude Code prints its version, but ends before it has sent a request',
    args: ['claude-turn', '--claude'],
    expected: { ...turnFault, summary: /ended with 3 and sent no request: out of order/ },
    plant: (bed) => brokenTurns(bed, `console.error('out of order'); process.exit(3);`),
  },
  {
    broken: 'Claude Code asks, but prints no result',
    args: ['claude-turn', '--claude'],
    expected: { ...turnFault, summary: /without a result/ },
    plant: (bed) => brokenTurns(bed, `ask().then(() => process.exit(4));`),
  },
  {
    broken: 'Claude Code says that it wrote a file, but wrote none',
    args: ['claude-turn', '--claude'],
    expected: { ...turnFault, summary: /^Claude Code wrote no file: all done/ },
    plant: (bed) => brokenTurns(bed, `ask().then(() => print('all done'));`),
  },
  {
    broken: 'Claude Code shows half of an answer as a whole one',
    args: ['claude-cut', '--claude'],
    expected: {
      check: 'claude-cut',
      level: 'fail',
      side: 'client',
      summary: /half of an answer was shown as a whole one/,
    },
    plant: (bed) => brokenTurns(bed, `ask().then(() => print('one two thr'));`),
  },
];
