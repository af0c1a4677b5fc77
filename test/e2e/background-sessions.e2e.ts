/**
 * Sessions of the real Claude Code that outlive their launch: `--bg`, `/bg`, the dispatch of `claude agents`, `attach`. Every
 * test ends the client's own service, and looks into its environment: it keeps what it was started with for all later
 * sessions of the user.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { startEmulator } from '../../lib/emulator/server.ts';
import { toText } from '../../lib/json.ts';
import { waitUntil } from '../support/limits.ts';
import { occ, realClaude, run, sandbox, type Ran, type Sandbox } from './client.ts';
import { onboarded } from './launched.ts';
import { enter, hasTmux, openTerminal, type Terminal } from './terminal.ts';
import { posts } from './upstream.ts';

const claude = await realClaude();
/** A short limit for commands that only answer. */
const promptMs = 60_000;
const promptFor = (word: string): string =>
  `Write a file ${word}.txt that says hello ${word}, then read it back and tell me what it says.`;
const needsTmux = hasTmux ? '' : ' (skipped: no tmux)';

interface Machine extends AsyncDisposable {
  box: Sandbox;
  env: Record<string, string>;
  occ(...args: string[]): Promise<Ran>;
  claude(...args: string[]): Promise<Ran>;
  /** Opens `occ` with these arguments in a terminal. */
  terminal(...args: string[]): Promise<Terminal>;
  /** Waits until a session has written the file. */
  wrote(word: string): Promise<void>;
}

/** A user who has used the client before. `more` is added to the environment. */
function machine(more: Record<string, string> = {}): Machine {
  const box = sandbox();
  const env = { ...onboarded(box), IS_SANDBOX: '1', ...more };
  const ran = (program: string, args: readonly string[]): Promise<Ran> =>
    run(program, args, { cwd: box.work, env, longestMs: promptMs });
  return {
    box,
    env,
    occ: (...args) => ran(process.execPath, [occ, ...args]),
    claude: (...args) => ran(claude, args),
    terminal: (...args) => openTerminal([process.execPath, occ, ...args], { cwd: box.work, env }),
    wrote: (word) =>
      waitUntil(
        () => box.read(`${word}.txt`)?.trim() === `hello ${word}`,
        `the session to write ${word}.txt`,
      ),
    async [Symbol.asyncDispose]() {
      await ran(claude, ['daemon', 'stop', '--any']);
      await ran(process.execPath, [occ, 'stop']);
      // The terminals of the sessions end a little later than the service.
      await waitUntil(() => processesOf(box).length === 0, 'every process of the client to end');
      await box[Symbol.asyncDispose]();
    },
  };
}

interface Process {
  words: string[];
  env: Record<string, string>;
}

/** The processes with the home directory of this sandbox. */
function processesOf({ home }: Sandbox): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const [words = [], pairs = []] = ['cmdline', 'environ'].map((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0'),
      );
      const env = Object.fromEntries(
        pairs.map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)]),
      );
      return env['HOME'] === home ? [{ words, env }] : [];
    } catch {
      // The process has ended, or belongs to another user.
      return [];
    }
  });
}

/** The environment of the client's service; undefined while none runs. */
function serviceOf(box: Sandbox): Record<string, string> | undefined {
  return processesOf(box).find(({ words }) => words[1] === 'daemon' && words[2] === 'run')?.env;
}

/** Sends a prompt, of which the input box may show a part. */
function ask(terminal: Terminal, word: string): Promise<void> {
  return enter(terminal, promptFor(word), new RegExp(`Write a file ${word}`));
}

/** The service has the variables of the user, and none of a launch. */
function assertClean({ box, env }: Machine): void {
  const service = serviceOf(box);
  assert.ok(service, "the client's service runs");
  const added = Object.keys(service).filter(
    (name) => /^(?:ANTHROPIC|CLAUDE_CODE|OCC|NO_PROXY)/i.test(name) && service[name] !== env[name],
  );
  // The client's own, which says how it was started.
  assert.deepEqual(
    added.filter((name) => name !== 'CLAUDE_CODE_ENTRYPOINT'),
    [],
  );
}

for (const token of [undefined, 'a-token-of-the-proxy']) {
  const what = token === undefined ? 'without a token' : 'with a token, which is in no arguments';
  test(`--bg works with --attach and a proxy ${what}, also from a shell that uses occ env`, async () => {
    await using user = machine(token === undefined ? {} : { OCC_AUTH_TOKEN: token });
    assert.equal((await user.occ('start', '--port', '0', '--emulator')).code, 0);
    const json = JSON.parse((await user.occ('env', '--json')).stdout) as { env: Record<string, string> };
    const shell = { ...user.env, ...json.env };
    const args = ['launch', '--attach', '--bg', '--permission-mode', 'acceptEdits', promptFor('later')];
    const launched = await run(process.execPath, [occ, ...args], { cwd: user.box.work, env: shell });
    assert.equal(launched.code, 0, launched.stderr);
    assert.match(launched.stdout, /backgrounded/);
    await user.wrote('later');
    const { OCC_AUTH_TOKEN: _own, ...clean } = user.env;
    assertClean({ ...user, env: clean });
    if (token !== undefined) {
      const all = await run('ps', ['-eo', 'args'], { cwd: user.box.work, env: user.box.env });
      assert.equal(all.stdout.includes(token), false);
    }
  });
}

test('a plain session afterwards goes where the user sends it, as the client would send it', async () => {
  await using gateway = await startEmulator();
  await using user = machine();
  const file = join(user.env['CLAUDE_CONFIG_DIR'] ?? '', 'settings.json');
  const env = { ANTHROPIC_BASE_URL: gateway.url, ANTHROPIC_AUTH_TOKEN: 'mine' };
  writeFileSync(file, JSON.stringify({ env }));
  assert.equal((await user.occ('start', '--port', '0', '--emulator')).code, 0);
  const attached = await user.occ(
    'launch',
    '--attach',
    '--bg',
    '--permission-mode',
    'acceptEdits',
    promptFor('ours'),
  );
  assert.equal(attached.code, 0, attached.stderr);
  await user.wrote('ours');
  assert.deepEqual(posts(gateway), [], 'nothing of the attached session');
  assert.match((await user.claude('--bg', 'hello')).stdout, /backgrounded/);
  await waitUntil(() => posts(gateway).length > 0, 'the request of the plain session');
  const [first] = posts(gateway);
  assert.ok(first);
  const { body, headers } = first;
  assert.match(toText(body['model']), /^claude-/);
  assert.match(JSON.stringify(body['system']), /x-anthropic-billing-header/);
  assert.equal(headers['x-claude-code-request-class'], undefined);
});

test(
  `/bg in an interactive launch --attach keeps the proxy, and so does claude attach${needsTmux}`,
  { skip: !hasTmux },
  async () => {
    await using user = machine();
    assert.equal((await user.occ('start', '--port', '0', '--emulator')).code, 0);
    {
      await using terminal = await user.terminal('launch', '--attach', '--permission-mode', 'acceptEdits');
      await terminal.shows(/accept edits/);
      await ask(terminal, 'first');
      await user.wrote('first');
      await terminal.shows(/done \d/);
      await enter(terminal, '/bg', /\/background/);
      await terminal.shows(/claude attach \w+/);
    }
    assertClean(user);
    const [session] = JSON.parse((await user.claude('agents', '--json')).stdout) as { id: string }[];
    assert.ok(session);
    await using terminal = await openTerminal([claude, 'attach', session.id], {
      cwd: user.box.work,
      env: user.env,
    });
    await terminal.shows(/accept edits/);
    await ask(terminal, 'second');
    await user.wrote('second');
  },
);

test(`sessions that claude agents starts use the proxy${needsTmux}`, { skip: !hasTmux }, async () => {
  await using user = machine();
  assert.equal((await user.occ('start', '--port', '0', '--emulator')).code, 0);
  await using terminal = await user.terminal(
    'launch',
    '--attach',
    'agents',
    '--permission-mode',
    'acceptEdits',
  );
  await terminal.shows(/❯/);
  await ask(terminal, 'sent');
  await user.wrote('sent');
  assertClean(user);
});

test(
  `a launch with its own proxy has no background sessions, in the client and in its shells${needsTmux}`,
  { skip: !hasTmux },
  async () => {
    await using user = machine();
    const nested = await user.occ('launch', '--emulator', 'exec', '--', claude, '--bg', 'hello');
    assert.notEqual(nested.code, 0);
    assert.match(nested.stdout + nested.stderr, /'--bg' is disabled by CLAUDE_CODE_DISABLE_AGENT_VIEW/);
    await using terminal = await user.terminal('launch', '--emulator', '--permission-mode', 'acceptEdits');
    await terminal.shows(/accept edits/);
    await ask(terminal, 'here');
    await user.wrote('here');
    await terminal.shows(/done \d/);
    await enter(terminal, '/bg');
    await terminal.shows(/(?:Unknown (?:skill|command)|disabled|isn't available|not available)/i);
    assert.equal(serviceOf(user.box), undefined);
  },
);
