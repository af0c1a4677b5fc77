import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from '../../lib/captures/difference.ts';
import { replay } from '../../lib/captures/replay.ts';
import { hangMs } from '../support/limits.ts';
import { exhaustive } from '../support/sampling.ts';
import { captured } from './captured.ts';

const requests = exhaustive ? 400 : 60;
const seed = 14;
test('a capture that runs again sends the client the same bytes', { timeout: 20 * hangMs }, async () => {
  const endings = new Map<string, number>();
  for (const capture of await captured(requests, seed)) {
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
