import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Capture } from '../../lib/captures/capture.ts';
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

test('a model is not tried again where it was not, though it could have been', async () => {
  const file = new URL('../fixtures/captures/refused-by-all.json', import.meta.url);
  const capture = JSON.parse(readFileSync(file, 'utf8')) as Capture;
  const models = capture.attempts.map(({ model }) => model);
  assert.notEqual(models[0], models[1], 'the first model was tried once');
  const { record } = await replay({ ...capture, barriers: [] });
  assert.deepEqual(
    record.attempts.map(({ model }) => model),
    models,
  );
});
