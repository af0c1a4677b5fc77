/** The real Claude Code with a background proxy: started, used by a shell and by a launch, restarted, stopped. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { occ, realClaude, run, sandbox, type Ran, type Sandbox } from './client.ts';

const claude = await realClaude();
const promptFor = (word: string): string =>
  `Write a file ${word}.txt that says hello ${word}, then read it back and tell me what it says.`;

/** Runs `occ` with these arguments and the client on PATH. */
function occIn(box: Sandbox, ...args: string[]): Promise<Ran> {
  const env = { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
  return run(process.execPath, [occ, ...args], { cwd: box.work, env });
}

test('start, occ env in a shell, restart, launch --attach, stop', async () => {
  await using box = sandbox();
  try {
    const started = await occIn(box, 'start', '--port', '0', '--emulator');
    assert.equal(started.code, 0, started.stderr);

    const shell = `eval "$("$NODE" "$OCC" env)" && exec "$CLAUDE" --model sonnet --permission-mode acceptEdits -p "$PROMPT"`;
    const env = { ...box.env, NODE: process.execPath, OCC: occ, CLAUDE: claude, PROMPT: promptFor('shell') };
    const installCommand = await run('sh', ['-c', shell], {
      cwd: box.work,
      env: { ...env, ANTHROPIC_API_KEY: 'sk-mine' },
    });
    assert.equal(installCommand.code, 0, installCommand.stderr);
    assert.equal(box.read('shell.txt')?.trim(), 'hello shell');

    assert.equal((await occIn(box, 'restart')).code, 0);
    const attached = await occIn(
      box,
      'launch',
      '--attach',
      '--permission-mode',
      'acceptEdits',
      '-p',
      promptFor('attached'),
    );
    assert.equal(attached.code, 0, attached.stderr);
    assert.equal(box.read('attached.txt')?.trim(), 'hello attached');

    const status = JSON.parse((await occIn(box, 'status', '--json')).stdout) as Record<string, unknown>;
    assert.deepEqual([status['running'], status['failures'], status['live']], [true, 0, 0]);
    assert.ok(Number(status['requests']) >= 3, 'requests since the restart: write, read, answer');
  } finally {
    const stopped = await occIn(box, 'stop');
    assert.match(stopped.stdout, /stopped/);
  }
});
