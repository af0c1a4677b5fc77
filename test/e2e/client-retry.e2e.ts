/**
 * The real Claude Code retries after its own timeout (API_TIMEOUT_MS, here two seconds instead of ten minutes) or is ended
 * by Ctrl-C. The upstream request is aborted before the retry arrives, so that no answer is paid twice, and the
 * cancellation does not count as a failure.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { say, wait, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { hangMs } from '../support/limits.ts';
import { occ, sandbox } from './client.ts';
import { environment, launch, logOf } from './launched.ts';
import { key, posts } from './upstream.ts';

const clientTimeoutMs = 2000;
const answerScript: Script = [say('Here at last.')];
const never = 60_000;

function configFor(url: string): object {
  return {
    providers: { own: { wire_format: 'chat', base_url: `${url}/v1`, api_key: key } },
    models: { default: { provider: 'own', model_id: 'first' } },
    fallbacks: { default: [{ provider: 'own', model_id: 'second' }] },
    retry: { attempts: 1, base_ms: never, max_ms: never },
    // A heartbeat would send the headers, and the client would not time out.
    heartbeat_ms: never,
  };
}

/** What the upstream does when the client times out. */
const waits: Record<string, { answer: Answer; ends: string }> = {
  'before its headers': { answer: failing(answerScript, { headersAfterMs: never }), ends: 'aborted' },
  'before its first event': { answer: failing(answerScript, { firstEventAfterMs: never }), ends: 'aborted' },
  'before content': {
    answer: failing(answerScript, { breaks: { at: { deltas: 0 }, how: 'silence' } }),
    ends: 'aborted',
  },
  'during a retry delay of occ': { answer: refuse(503), ends: 'sent' },
};

describe('the client retries', { concurrency: 2 }, () => {
  for (const [when, { answer, ends }] of Object.entries(waits)) {
    test(`the upstream request is aborted before the retry arrives: ${when}`, async (t) => {
      await using box = sandbox();
      let received = 0;
      await using emulator = await startEmulator({
        script: () => (++received < 3 ? answer : { script: answerScript }),
      });
      box.env['API_TIMEOUT_MS'] = String(clientTimeoutMs);
      const ran = await launch(box, configFor(emulator.url), '-p', 'hi');
      assert.deepEqual([ran.stdout.trim(), ran.code], ['Here at last.', 0], ran.stderr);
      const requests = posts(emulator);
      assert.deepEqual(
        requests.map(({ ending }) => ending?.how),
        [ends, ends, 'sent'],
      );
      for (const [i, { arrivedMs, ending }] of requests.slice(0, 2).entries()) {
        const gapMs = (requests[i + 1]?.arrivedMs ?? 0) - arrivedMs - (ending?.afterMs ?? 0);
        t.diagnostic(`ended ${Math.round(gapMs)} ms before request ${i + 2} arrived`);
        assert.ok(gapMs > 0, `${gapMs} ms`);
      }
      const log = logOf(box);
      assert.equal(log.filter(({ event }) => event === 'request').length, 3);
      assert.deepEqual(
        log.filter(({ event }) => event === 'refused'),
        [],
        'a cancelled request is not logged as a failure',
      );
    });
  }
});

test('Ctrl-C in mid-answer aborts the upstream request, and no other model is tried', async (t) => {
  await using box = sandbox();
  const script: Script = [say('Half of it '), wait(never), say('and the rest.')];
  await using emulator = await startEmulator({ script: () => script });
  const args = [occ, 'launch', '--config', box.configure(configFor(emulator.url)), '-p', 'hi'];
  const options = { cwd: box.work, env: environment(box), detached: true, stdio: 'ignore' } as const;
  // A terminal sends the signal to the whole group.
  const group = spawn(process.execPath, args, options);
  try {
    const ended = once(group, 'exit', { signal: AbortSignal.timeout(hangMs) });
    const received = await emulator.received(1, 20_000);
    await sleep(300);
    const pressed = performance.now();
    process.kill(-(group.pid ?? 0), 'SIGINT');
    const [code] = (await ended) as [number | null];
    // The exit code of Claude Code after Ctrl-C.
    assert.equal(code, 0);
    const { how, afterMs } = await received.ended;
    t.diagnostic(`${Math.round(received.arrivedMs + afterMs - pressed)} ms from the key to the upstream`);
    assert.equal(how, 'aborted');
  } finally {
    if (group.exitCode === null) process.kill(-(group.pid ?? 0), 'SIGKILL');
  }
  assert.equal(posts(emulator).length, 1);
  const log = logOf(box);
  assert.deepEqual(
    log.filter(({ event }) => event === 'attempt').map(({ outcome }) => outcome),
    ['abandoned'],
  );
  assert.deepEqual(
    log.filter(({ event }) => event === 'refused'),
    [],
  );
});
