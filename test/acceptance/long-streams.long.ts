/**
 * Acceptance point 3: streams of more than two and of more than five minutes, with the default timeouts, are not cut at two
 * minutes, nor by undici's timeouts of five minutes. All streams run at the same time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drip, join, say, wait, type Script } from '../../lib/emulator/script.ts';
import { hangMs } from '../support/limits.ts';
import { defaults, proxyOver, requestBody } from '../support/proxy.ts';

/** Bursts of many words with a pause after each. */
function bursts(seconds: number, everySeconds: number): Script {
  const count = Math.ceil(seconds / everySeconds);
  return Array.from({ length: count }, (_, burst) => [
    say(Array.from({ length: 400 }, (_, i) => `${burst}.${i} `)),
    wait(everySeconds * 1000),
  ]).flat();
}

const streams = [126, 330].flatMap((seconds) =>
  (['chat', 'messages', 'responses', 'gemini'] as const).flatMap((format) => [
    { seconds, format, way: 'one word per second', script: [...drip(seconds), say('the end')] },
    { seconds, format, way: 'bursts and pauses', script: [...bursts(seconds, 42), say('the end')] },
  ]),
);

const { timeouts } = defaults.providers['opencode-go'] ?? assert.fail('there is no default provider');

test(
  '3. a stream is not cut after two or five minutes',
  { timeout: 330_000 + hangMs, concurrency: true },
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
          assert(performance.now() - began > seconds * 1000, 'the stream was too short');
          const expected = script.map((step) => (step.type === 'text' ? join(step.text) : '')).join('');
          assert.equal(response.text, expected);
          assert.equal(response.stopReason, 'end_turn');
          assert.deepEqual(over.requestedModels(), ['first']);
          assert.deepEqual(over.warnings(), []);
        }),
      ),
    );
  },
);
