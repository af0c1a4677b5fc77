/** The real Claude Code on a proxy that stays: started in the background, used by a shell and by a launch, restarted, stopped. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { occ, realClaude, run, sandbox, type Ran, type Sandbox } from './client.ts';

const claude = await realClaude();
const job = (word: string): string =>
  `Write a file ${word}.txt that says hello ${word}, then read it back and tell me what it says.`;

/** `occ` with these words, and the client where PATH finds it. */
function occIn(box: Sandbox, ...args: string[]): Promise<Ran> {
  const env = { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
  return run(process.execPath, [occ, ...args], { cwd: box.work, env });
}

test('start, a shell with occ env, launch --attach, restart in between, stop', async () => {
  await using box = sandbox();
  try {
    const started = await occIn(box, 'start', '--port', '0', '--emulator');
    assert.equal(started.code, 0, started.stderr);

    const shell = `eval "$("$NODE" "$OCC" env)" && exec "$CLAUDE" --model sonnet --permission-mode acceptEdits -p "$JOB"`;
    const env = { ...box.env, NODE: process.execPath, OCC: occ, CLAUDE: claude, JOB: job('shell') };
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
      job('attached'),
    );
    assert.equal(attached.code, 0, attached.stderr);
    assert.equal(box.read('attached.txt')?.trim(), 'hello attached');

    const status = JSON.parse((await occIn(box, 'status', '--json')).stdout) as Record<string, unknown>;
    assert.deepEqual([status['running'], status['failures'], status['live']], [true, 0, 0]);
    assert.ok(Number(status['requests']) >= 3, 'write, read, report, since the restart');
  } finally {
    const stopped = await occIn(box, 'stop');
    assert.match(stopped.stdout, /stopped/);
  }
});
