/** Reports about an upstream that sends nothing, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { deadlines } from '../../lib/proxy/deadlines.ts';
import { reportingSilence, silenceMs } from '../../lib/proxy/silence.ts';
import type { Waiting } from '../../lib/proxy/waiting.ts';
import { manualClock } from '../support/clock.ts';
import { proxyOver } from '../support/proxy.ts';

const limit = 3 * silenceMs + 1;

function observed() {
  const clock = manualClock();
  const reports: unknown[] = [];
  const gone = new AbortController();
  const limits = reportingSilence(deadlines(gone.signal, clock), {
    clock,
    silence: {
      silent: (ms, { setting }) => reports.push([ms / silenceMs, setting]),
      over: () => reports.push('over'),
    },
  });
  return { clock, reports, limits, gone };
}

describe('an attempt', () => {
  test('is reported in intervals with the limit that runs, until the first event', () => {
    const { clock, reports, limits } = observed();
    limits.arm('headers', limit);
    clock.advance(silenceMs - 1);
    assert.deepEqual(reports, []);
    clock.advance(1);
    limits.arm('first_event', limit);
    clock.advance(silenceMs);
    limits.arm('idle', 10 * limit);
    limits.arm('idle', 10 * limit);
    clock.advance(9 * limit);
    limits.end();
    assert.deepEqual(reports, [[1, 'timeout_ms'], [2, 'first_event_timeout_ms'], 'over']);
    assert.equal(clock.pending(), 0);
  });

  test('that answers in time is not reported, however long the answer takes', () => {
    const { clock, reports, limits } = observed();
    limits.arm('headers', limit);
    clock.advance(silenceMs - 1);
    limits.disarm();
    clock.advance(10 * limit);
    limits.end();
    assert.deepEqual([reports, clock.pending()], [[], 0]);
  });

  for (const [how, end] of [
    ['its limit', ({ clock }: ReturnType<typeof observed>) => clock.advance(limit)],
    ['the client', ({ gone }: ReturnType<typeof observed>) => gone.abort()],
  ] as const)
    test(`that ${how} ends is not reported any more`, () => {
      const seen = observed();
      const { clock, reports, limits } = seen;
      limits.arm('headers', limit);
      clock.advance(silenceMs);
      end(seen);
      const before = reports.length;
      clock.advance(10 * silenceMs);
      assert.equal(reports.length, before);
      limits.end();
      assert.equal(reports.at(-1), 'over');
      assert.equal(clock.pending(), 0);
    });
});

test('a request names the silent model, then the next one, and the shortest limit', async () => {
  const clock = manualClock();
  const waits: Waiting[] = [];
  const waited: string[] = [];
  const late = { headersAfterMs: silenceMs + 1 };
  await using over = await proxyOver({
    clock,
    answers: [failing(refuse(503), late), failing([say('from second')], late)],
    timeouts: { headersMs: limit, firstEventMs: limit, idleMs: limit },
    heartbeatMs: limit,
    change: (settings) => ({
      ...settings,
      providers: Object.fromEntries(
        Object.entries(settings.providers).map(([name, provider]) => [
          name,
          name === 'other'
            ? { ...provider, timeouts: { ...provider.timeouts, streamingMs: limit - 1 } }
            : provider,
        ]),
      ),
    }),
    silences: {
      waiting: (waiting) => waits.push(waiting),
      waited: ({ id }) => waited.push(id),
    },
  });
  const answer = over.send();
  await clock.reach(silenceMs + 1);
  await clock.reach(silenceMs + 1);
  const { text, headers } = await answer;
  assert.equal(text, 'from second');
  assert.deepEqual(
    waits.map(({ model, ms, limit }) => [model, ms, limit]),
    [
      ['emulator/first', silenceMs, { setting: 'timeout_ms', ms: limit }],
      ['other/second', silenceMs, { setting: 'streaming_timeout_ms', ms: limit - 1 }],
    ],
  );
  const id = headers.get('request-id');
  assert.deepEqual([waits[0]?.record.id, waited], [id, [id, id]]);
});
