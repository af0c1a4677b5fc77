/**
 * Streams of more than two and more than five minutes of real time, with every limit as in a fresh installation: no cut at
 * exactly two minutes (the third acceptance point), and undici's five-minute limits are off. All of them run at once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drip, join, say, wait, type Script } from '../../lib/emulator/script.ts';
import { defaults, proxyOver, requestBody } from '../support/proxy.ts';

/** Many words at once, then a long silence, and so on. */
function bursts(seconds: number, everySeconds: number): Script {
  const count = Math.ceil(seconds / everySeconds);
  return Array.from({ length: count }, (_, burst) => [
    say(Array.from({ length: 400 }, (_, i) => `${burst}.${i} `)),
    wait(everySeconds * 1000),
  ]).flat();
}

const streams = [126, 330].flatMap((seconds) =>
  (['chat', 'messages', 'responses', 'gemini'] as const).flatMap((format) => [
    { seconds, format, way: 'a word a second', script: [...drip(seconds), say('the end')] },
    { seconds, format, way: 'bursts and silences', script: [...bursts(seconds, 42), say('the end')] },
  ]),
);

const { timeouts } =
  defaults.providers['opencode-go'] ?? assert.fail('a fresh installation knows no provider');

test(
  '3. no cut-off at exactly two minutes, nor at five',
  { timeout: 500_000, concurrency: true },
  async (t) => {
    await Promise.all(
      streams.map(({ seconds, format, way, script }) =>
        t.test(`${seconds} s, ${way}: ${format}`, async () => {
          await using over = await proxyOver({
            emulator: { script: () => script },
            format,
            timeouts,
            heartbeatMs: defaults.heartbeatMs,
          });
          const began = performance.now();
          const response = await over.send(requestBody());
          assert(performance.now() - began > seconds * 1000, 'the stream was not as long as it should be');
          const whole = script.map((step) => (step.type === 'text' ? join(step.text) : '')).join('');
          assert.equal(response.text, whole);
          assert.equal(response.stopReason, 'end_turn');
          assert.deepEqual(over.requestedModels(), ['first']);
          assert.deepEqual(over.warnings(), []);
        }),
      ),
    );
  },
);
