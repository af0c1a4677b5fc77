import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from '../../lib/captures/difference.ts';
import type { Capture } from '../../lib/captures/capture.ts';
import { replay } from '../../lib/captures/replay.ts';
import { toCapture } from '../../lib/captures/to-capture.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { randomFrom } from '../chaos/random.ts';
import { faultyUpstream } from '../chaos/upstream.ts';
import { hangMs, waitUntil } from '../support/limits.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';
import { exhaustive } from '../support/sampling.ts';

const requests = exhaustive ? 400 : 60;
const seed = 14;
/** No model answers this prompt. */
const nobody = 'nobody answers';

/** Captures of requests to models that answer well, badly, in pieces, late, or not. */
async function captures(): Promise<Capture[]> {
  const upstream = faultyUpstream(seed);
  const names = ['one', 'two', 'three'];
  await using world = await proxyOver({
    emulator: {
      script: (request) => (request.conversation.prompt === nobody ? refuse(500) : upstream.script(request)),
    },
    models: names.map((name, i) => modelOf(name, { provider: name, wire_format: wireFormats[i] ?? 'chat' })),
    timeouts: { headersMs: hangMs, firstEventMs: 1500, idleMs: 1500 },
    retry: { attempts: 1, baseMs: 5, maxMs: 20, maxAttemptsTotal: 6 },
    heartbeatMs: 300,
    change: (settings) => {
      const { emulator } = settings.providers;
      const providers = Object.fromEntries(names.map((name) => [name, { ...emulator, name }]));
      return { ...settings, providers, circuitBreaker: { failures: 3, resetMs: 100 } } as Settings;
    },
  });
  const found: Capture[] = [];
  for (let i = 0; i < requests; i++) {
    const random = randomFrom(seed, 'client', i);
    const leaves = random.happens(0.1) && i < requests - 1 ? new AbortController() : undefined;
    const body = requestBody({
      stream: random.happens(0.8),
      messages: [{ role: 'user', content: i === requests - 1 ? nobody : `request ${i}` }],
    });
    const answer = world.post(body, leaves && { signal: leaves.signal }).then((response) => response.text());
    if (leaves) {
      await waitUntil(() => world.proxy.recordings.list().some((one) => !one.ended), 'a request');
      leaves.abort();
    }
    await answer.catch(() => undefined);
    await waitUntil(() => world.proxy.recordings.list().every((one) => one.ended), 'the end of the request');
    const [recording] = world.proxy.recordings.list();
    const capture = recording && toCapture(recording);
    assert(capture);
    found.push(JSON.parse(JSON.stringify(capture)) as Capture);
  }
  return found;
}

test('a capture that runs again sends the client the same bytes', { timeout: 20 * hangMs }, async () => {
  const endings = new Map<string, number>();
  for (const capture of await captures()) {
    const { ending } = capture.record;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    const today = await replay(capture);
    const difference = firstDifference(capture.reply, today, ending === 'left');
    assert.deepEqual(
      difference,
      undefined,
      JSON.stringify(
        { difference, attempts: capture.attempts, record: capture.record, now: today.record },
        undefined,
        1,
      ),
    );
    if (ending === 'left') continue;
    assert.equal(today.attempts, capture.attempts.length);
    assert.equal(today.record.ending, ending);
  }
  for (const ending of ['answered', 'refused', 'cut', 'left'])
    assert(endings.has(ending), JSON.stringify([...endings]));
});
