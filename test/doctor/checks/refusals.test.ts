/** Tests the check of refusals: offline it passes, and it fails when a refusal reaches the client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bench } from '../../../lib/doctor/bench/bench.ts';
import { refusals } from '../../../lib/doctor/checks/probes/refusals.ts';
import { finding, runChecks } from '../run-checks.ts';

/** A bench on which the prompts that `isRefused` accepts are answered with 400. */
function bench(isRefused: (prompt: string) => boolean): { bench: Bench; prompts: string[] } {
  const prompts: string[] = [];
  const send: Bench['send'] = async (request) => {
    const prompt = JSON.stringify(request.messages);
    if (prompt.includes('reject')) prompts.push(prompt);
    const client = { status: isRefused(prompt) ? 400 : 200 };
    return { client, request } as Awaited<ReturnType<Bench['send']>>;
  };
  const expectComplete = (): unknown => ({ message: { content: [] } });
  return { bench: { send, expectComplete } as unknown as Bench, prompts };
}

test('every kind of refusal becomes an answer, offline, in every format', async (t) => {
  const found = finding(await runChecks(t, { only: 'offline', codes: ['refusals'] }), 'refusals');
  assert.equal(found.level, 'ok', found.summary);
});

test('a refusal that reaches the client is a fault of occ', async () => {
  const kinds = bench(() => false);
  const summary = await refusals.run(kinds.bench);
  assert.match(summary, new RegExp(`^${kinds.prompts.length} kinds of refusals`));
  for (const { prompt, what } of kinds.prompts.map((one) => ({
    prompt: one,
    what: /reject ([^\]]+?)(?: for|\])/.exec(one)?.[1] ?? '',
  })))
    await assert.rejects(refusals.run(bench((one) => one === prompt).bench), {
      fault: 'occ',
      message: `the refusal "${what}" reached the client as 400`,
    });
});
