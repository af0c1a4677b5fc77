/**
 * The real Claude Code gives up waiting and asks again by its own timer (API_TIMEOUT_MS, here two seconds instead of ten
 * minutes): what it had asked before is dead at the upstream by then, so that nobody pays twice.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { sandbox } from './client.ts';
import { launch, logOf } from './launched.ts';
import { key, posts } from './upstream.ts';

const patienceMs = 2000;
const words: Script = [say('Here at last.')];
const never = 60_000;

/** What the upstream is doing when the client loses patience. */
const waits: Record<string, { answer: Answer; ends: string }> = {
  'before its headers': { answer: failing(words, { headersAfterMs: never }), ends: 'aborted' },
  'before its first event': { answer: failing(words, { firstEventAfterMs: never }), ends: 'aborted' },
  'before content': {
    answer: failing(words, { breaks: { at: { deltas: 0 }, how: 'silence' } }),
    ends: 'aborted',
  },
  'while occ waits to ask the same model again': { answer: refuse(503), ends: 'sent' },
};

describe('the client asks again', { concurrency: 2 }, () => {
  for (const [when, { answer, ends }] of Object.entries(waits)) {
    test(`an upstream that is silent ${when} is let go before the next request arrives`, async (t) => {
      await using box = sandbox();
      let asked = 0;
      await using emulator = await startEmulator({
        script: () => (++asked < 3 ? answer : { script: words }),
      });
      const config = {
        providers: { own: { wire_format: 'chat', base_url: `${emulator.url}/v1`, api_key: key } },
        models: { default: { provider: 'own', model_id: 'first' } },
        retry: { attempts: 1, base_ms: never, max_ms: never },
        // The headers would leave with the first heartbeat, and the client would wait on.
        heartbeat_ms: never,
      };
      box.env['API_TIMEOUT_MS'] = String(patienceMs);
      const ran = await launch(box, config, '-p', 'hi');
      assert.deepEqual([ran.stdout.trim(), ran.code], ['Here at last.', 0], ran.stderr);
      const requests = posts(emulator);
      assert.deepEqual(
        requests.map(({ ending }) => ending?.how),
        [ends, ends, 'sent'],
      );
      for (const [i, { arrivedMs, ending }] of requests.slice(0, 2).entries()) {
        const gapMs = (requests[i + 1]?.arrivedMs ?? 0) - arrivedMs - (ending?.afterMs ?? 0);
        t.diagnostic(`dead ${Math.round(gapMs)} ms before request ${i + 2} arrived`);
        assert.ok(gapMs > 0, `${gapMs} ms`);
      }
      const log = logOf(box);
      assert.equal(log.filter(({ event }) => event === 'request').length, 3);
      assert.deepEqual(
        log.filter(({ event }) => event === 'refused'),
        [],
        'nothing that was only cancelled is called a failure',
      );
    });
  }
});
