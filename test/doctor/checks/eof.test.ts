/** Tests what `eof` says of a proxy that sends no keep-alive, on a quiet machine and on a busy one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { Bench } from '../../../lib/doctor/bench/bench.ts';
import { eof } from '../../../lib/doctor/checks/probes/eof.ts';
import { CheckFailure, NotObserved } from '../../../lib/doctor/laws/fault.ts';

interface Silent {
  bench: Bench;
  /** The prompts with a silence. */
  pauses: string[];
}

/** Every answer is complete. A ping arrives within the silence with this number, counted from 1. */
function silentBench(isBusy: boolean, pingAt = Infinity): Silent {
  const pauses: string[] = [];
  const bench = {
    live: false,
    context: { isBusy: () => isBusy },
    prompt: (situation: string) => situation,
    send: async ({ messages = [] }: Partial<MessagesRequest>) => {
      const prompt = JSON.stringify(messages[0]?.content).slice(1, -1);
      if (prompt.startsWith('pause')) pauses.push(prompt);
      const ping = pauses.length >= pingAt ? [Buffer.from('event: ping\ndata: {"type":"ping"}\n\n')] : [];
      return { client: { chunks: ping.map((bytes) => ({ atMs: 0, bytes })) } };
    },
    expectComplete: () => ({ events: [] }),
  };
  return { bench: bench as unknown as Bench, pauses };
}

test('without a keep-alive, longer silences are tried, and then it fails', async () => {
  const { bench, pauses } = silentBench(false);
  await assert.rejects(eof.run(bench), (error) => error instanceof CheckFailure && error.fault === 'occ');
  assert.deepEqual(pauses, ['pause 0.3', 'pause 1', 'pause 4']);
});

test('on a busy machine it is skipped instead', async () => {
  const { bench } = silentBench(true);
  await assert.rejects(eof.run(bench), (error) => error instanceof NotObserved && error.because === 'busy');
});

test('a keep-alive in a longer silence is enough', async () => {
  const { bench, pauses } = silentBench(false, 2);
  // It goes on to the broken answers, which this bench cannot judge.
  await assert.rejects(eof.run(bench));
  assert.equal(pauses.length, 2);
});
