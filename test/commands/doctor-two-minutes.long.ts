/** The built `occ doctor`: its test of a stream of more than two minutes, and the ten seconds of `--quick`. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { stretched } from '../support/limits.ts';
import { occ, run, sandbox } from '../e2e/client.ts';

interface Finding {
  code: string;
  level: string;
  summary: string;
}

async function doctor(
  args: readonly string[],
): Promise<{ findings: Finding[]; code: Awaited<ReturnType<typeof run>>['code']; ms: number }> {
  await using box = sandbox();
  const began = performance.now();
  const ran = await run(process.execPath, [occ, 'doctor', '--json', ...args], {
    cwd: box.work,
    env: box.env,
  });
  const ms = performance.now() - began;
  const { findings } = JSON.parse(ran.stdout) as { findings: Finding[] };
  return { findings, code: ran.code, ms };
}

test('a stream of more than two minutes arrives complete', async () => {
  const { findings, code } = await doctor(['--offline']);
  assert.equal(code, 0, JSON.stringify(findings));
  const long = findings.find((each) => each.code === 'two-minute');
  const [, seconds] = /^(\d+) s, complete$/.exec(long?.summary ?? '') ?? [];
  assert.ok(Number(seconds) >= 125, long?.summary);
});

test('--quick takes less than ten seconds', async () => {
  const times: number[] = [];
  // Three tries, because a busy machine may be slow once.
  while (times.length < 3 && !times.some((ms) => ms < stretched(10_000))) {
    const { code, ms } = await doctor(['--offline', '--quick']);
    assert.equal(code, 0);
    times.push(ms);
  }
  assert.ok(Math.min(...times) < stretched(10_000), `${times.join(', ')} ms`);
});
