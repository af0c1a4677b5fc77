/** Counts and prices that no server can mean: half tokens, negative ones, numbers beyond all sums. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUsage as chatUsage } from '../../../lib/wire/chat/usage.ts';
import { costOf } from '../../../lib/wire/decode/usage.ts';
import { usageCounter } from '../../../lib/wire/gemini/usage.ts';
import { startUsage, withNumbers } from '../../../lib/wire/messages/usage.ts';
import { toUsage as responsesUsage } from '../../../lib/wire/responses/usage.ts';

const odd = [-1e9, '-1e9', 0.5, '12.7', 1e300, '1e308', '1e999', 'NaN', -0.1, null, [], 7];

function geminiUsage(input: unknown, output: unknown): object {
  const counter = usageCounter();
  counter.add({ promptTokenCount: input, cachedContentTokenCount: output, candidatesTokenCount: output });
  return counter.usage();
}

test('token counts are whole, never negative, and their sum is exact', () => {
  for (const input of odd) {
    for (const output of odd) {
      const chat = {
        prompt_tokens: input,
        completion_tokens: output,
        prompt_tokens_details: { cached_tokens: output },
      };
      const messages = { input_tokens: input, output_tokens: output, cache_read_input_tokens: output };
      const usages = {
        chat: chatUsage(chat) ?? {},
        responses: responsesUsage(messages) ?? {},
        gemini: geminiUsage(input, output),
        messages: withNumbers(messages),
        start: startUsage(messages, 9, false),
      };
      for (const [format, usage] of Object.entries(usages)) {
        for (const [name, count] of Object.entries(usage)) {
          if (count === null) continue;
          assert(
            Number.isSafeInteger(count) && (count as number) >= 0,
            `${format} ${name}: ${String(count)}`,
          );
        }
      }
    }
  }
});

test('a price below 0, or one that no answer costs, counts as not reported', () => {
  for (const cost of [-1e9, '-1e9', -0.000001, 10_001, '1e15', '1e999', 'NaN', null, []]) {
    assert.equal(costOf({ cost }), undefined, String(cost));
    assert.equal(costOf({ usage: { cost } }), undefined, String(cost));
  }
  for (const cost of [0, '0', 0.01, '0.01'])
    assert.deepEqual(costOf({ cost }), { type: 'cost', dollars: Number(cost), basis: 'billed' });
});

test('a usage that names the prototype is read like any other', () => {
  const usage: unknown = JSON.parse('{"__proto__":{"input_tokens":[[1]],"output_tokens":"x"}}');
  const { input_tokens, output_tokens } = startUsage(usage, 9, false);
  assert.deepEqual([input_tokens, output_tokens], [9, 0]);
});
