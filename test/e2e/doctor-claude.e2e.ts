/** `occ doctor --claude` with the real Claude Code: offline, on a provider, and that nothing of the user is written. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { say } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { occ, run, sandbox, type Sandbox } from './client.ts';
import { environment } from './launched.ts';
import { key } from './upstream.ts';

interface Finding {
  code: string;
  level: string;
  fault?: string;
  summary: string;
}

const checks = ['claude-turn', 'claude-seal', 'claude-cut'];

async function doctor(box: Sandbox, ...args: string[]): Promise<{ code: unknown; turns: Finding[] }> {
  const ran = await run(process.execPath, [occ, 'doctor', '--claude', '--json', ...args], {
    cwd: box.work,
    env: environment(box),
  });
  const { findings } = JSON.parse(ran.stdout) as { findings: Finding[] };
  return { code: ran.code, turns: findings.filter(({ code }) => checks.includes(code)) };
}

const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('occ-doctor-'));

test('offline: a tool call, a stale signature and a cut stream', async () => {
  await using box = sandbox();
  const { code, turns } = await doctor(box);
  assert.deepEqual(
    turns.map((found) => `${found.level} ${found.code}`),
    checks.map((each) => `ok ${each}`),
    JSON.stringify(turns),
  );
  assert.equal(code, 0);
  assert.match(turns[2]?.summary ?? '', /^shown as an error: /);
  assert.deepEqual(readdirSync(box.work), []);
  assert.ok(
    !readdirSync(box.home).includes('.claude'),
    'nothing is written to the configuration of the client',
  );
  assert.deepEqual(ours(), []);
});

for (const [wire_format, path] of [
  ['chat', '/v1'],
  ['messages', ''],
] as const)
  test(`live: a provider in the format ${wire_format}, and one whose model calls no tool`, async () => {
    await using box = sandbox();
    await using emulator = await startEmulator();
    await using talker = await startEmulator({ script: () => [say('I would rather talk about it.')] });
    const at = (url: string): string =>
      box.configure({
        providers: { mine: { wire_format, base_url: url + path, api_key: key } },
        models: { default: { provider: 'mine', model_id: 'some-model' } },
      });
    const { code, turns } = await doctor(box, '--live', '--config', at(emulator.url));
    assert.deepEqual(
      turns.map((found) => `${found.level} ${found.code}`),
      checks.map((each) => `ok ${each}`),
      JSON.stringify(turns),
    );
    assert.equal(code, 0);
    const other = await doctor(box, '--live', '--config', at(talker.url), 'claude-turn');
    assert.deepEqual(
      other.turns.map(({ level, summary }) => [level, summary]),
      [['skipped', 'mine/some-model wrote no file: I would rather talk about it.']],
    );
  });
