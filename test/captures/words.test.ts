import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCapture } from '../../lib/captures/read-capture.ts';
import { conversationWords, wordsLeft } from '../../lib/captures/scrub/words.ts';

const file = fileURLToPath(new URL('../fixtures/captures/cut-after-text.json', import.meta.url));
const report = readCapture(readFileSync(file, 'utf8'), file);
const none: ReadonlySet<string> = new Set();

const asking = (content: unknown) => ({
  ...report,
  request: { ...report.request, body: { messages: [{ role: 'user', content }] } as never },
});

test('the words of a conversation are found in text, results and the fields of calls, not in names of the protocol', () => {
  const words = conversationWords(
    asking([
      { type: 'text', text: 'Pineapple über-großes' },
      {
        type: 'tool_use',
        id: 'toolu_watermelon',
        name: 'Jackfruit',
        input: { type: ['papaya'], name: 'tamarind' },
      },
      { type: 'tool_result', tool_use_id: 'toolu_watermelon', content: [{ type: 'text', text: 'kumquat' }] },
    ]),
  );
  for (const word of ['pineapple', 'großes', 'papaya', 'tamarind', 'kumquat']) assert(words.has(word), word);
  for (const word of ['watermelon', 'jackfruit', 'tool_use']) assert(!words.has(word), word);
});

test('a word that is left is found in any case, unless it may stay', () => {
  const words = new Set(['pineapple', 'message', 'quince']);
  assert.deepEqual(wordsLeft(words, '{"text":"a PineApple message, quince"}', new Set(['quince'])), [
    'pineapple',
  ]);
  assert.deepEqual(wordsLeft(words, '{"text":"a pineapples"}', none), []);
});
