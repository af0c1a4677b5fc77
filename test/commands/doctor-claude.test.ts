/** `occ doctor --claude` as a program: without a client, interrupted, and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitUntil } from '../support/limits.ts';
import { toAnswer } from '../support/answers.ts';
import { alive, home } from './program.ts';

test('without a client, its checks are skipped, and the reason says how to install it', async (t) => {
  const { code, stdout } = await home(t).run(['doctor', '--claude']);
  assert.equal(code, 2);
  assert.match(stdout.replaceAll(/\s+/g, ' '), /Claude Code was not found; to install it: npm install -g/);
});

test('its checks run only with --claude or by name, and live only with --live', async (t) => {
  const at = home(t);
  const codes = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await at.run(['doctor', '--json', '--quick', ...args]);
    const { findings } = toAnswer('doctor', stdout) as { findings: { code: string; subject?: string }[] };
    return findings
      .map(({ code, subject = '' }) => `${code} ${subject}`.trim())
      .filter((code) => code.startsWith('claude-'));
  };
  assert.deepEqual(await codes('node'), []);
  assert.deepEqual(await codes('--claude'), ['claude-turn', 'claude-seal', 'claude-cut']);
  assert.deepEqual(await codes('claude-cut'), ['claude-cut']);
  const live = await codes('--claude', '--live');
  assert.equal(live.length, 3, 'of one model, however many are configured');
  assert.ok(live.every((code) => / opencode-go\//.test(code)));
  const { stdout } = await at.run(['doctor', '--list']);
  assert.match(stdout.replaceAll(/\s+/g, ' '), /claude-turn .*?\(offline, live; with --claude\)/);
});

test('what a client printed that failed is kept as evidence', async (t) => {
  const at = home(t);
  at.program('claude', '#!/bin/sh\necho "out of order" >&2\nexit 3\n');
  const { code, stdout } = await at.run(['doctor', 'claude-turn', '--claude', '--json']);
  assert.equal(code, 1);
  const { findings } = toAnswer('doctor', stdout) as { findings: { code: string; evidence?: string }[] };
  const found = findings.find((each) => each.code === 'claude-turn');
  assert.match(readFileSync(found?.evidence ?? '', 'utf8'), /"ended":3,"stderr":"out of order"/);
});

test('Ctrl-C ends the client with what it has started, and removes its home', async (t) => {
  const at = home(t);
  const pids = join(at.dir, 'pids');
  at.program(
    'claude',
    `#!/bin/sh\nsleep 300 &\necho "$$ $!" >${pids}.new\nmv ${pids}.new ${pids}\necho x >"$HOME/.claude-was-here"\nwait\n`,
  );
  const running = at.start(['doctor', 'claude-turn', '--claude']);
  await waitUntil(() => existsSync(pids), 'the client');
  running.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130);
  assert.match(stdout, /not checked, interrupted: claude-turn/);
  for (const pid of readFileSync(pids, 'utf8').trim().split(' ').map(Number))
    await waitUntil(() => !alive(pid) || isZombie(pid), `the end of ${pid}`);
  assert.deepEqual(
    readdirSync(join(at.dir, 'tmp')).filter((name) => name.startsWith('occ-doctor-')),
    [],
  );
  assert.ok(!existsSync(join(at.dir, '.claude-was-here')));
});

/** Nobody has collected its exit code yet. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
