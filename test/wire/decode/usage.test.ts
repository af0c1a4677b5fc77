/** Cached tokens under the names that servers give them: the largest count, taken off the input once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toUsage as chatUsage } from '../../../lib/wire/chat/usage.ts';
import { usageCounter } from '../../../lib/wire/gemini/usage.ts';
import { toUsage as responsesUsage } from '../../../lib/wire/responses/usage.ts';

const prompt = { prompt_tokens: 100, completion_tokens: 9 };

const cached: [source: string, usage: object, read: number][] = [
  [
    'DeepSeek behind a gateway that fills in OpenAI’s field with 0',
    { ...prompt, prompt_tokens_details: { cached_tokens: 0 }, prompt_cache_hit_tokens: 60 },
    60,
  ],
  [
    'DeepSeek itself (api-docs.deepseek.com, kv_cache)',
    { ...prompt, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 },
    60,
  ],
  ['Moonshot, beside the usage', { ...prompt, cached_tokens: 60 }, 60],
  [
    'LiteLLM, which says it twice',
    { ...prompt, cache_read_input_tokens: 60, prompt_tokens_details: { cached_tokens: 60 } },
    60,
  ],
  [
    'both names of the details, one of them empty',
    { ...prompt, prompt_tokens_details: { cached_tokens: 0 }, input_tokens_details: { cached_tokens: 60 } },
    60,
  ],
  ['Mistral', { ...prompt, num_cached_tokens: 60, prompt_tokens_details: null }, 60],
  ['a number in a string', { ...prompt, prompt_tokens_details: { cached_tokens: '60' } }, 60],
  ['a negative count', { ...prompt, prompt_tokens_details: { cached_tokens: -1 }, cached_tokens: 60 }, 60],
  ['none', { ...prompt, prompt_tokens_details: { cached_tokens: 0 } }, 0],
];

describe('cached tokens', () => {
  for (const [source, usage, read] of cached) {
    test(`chat: ${source}`, () =>
      assert.deepEqual(chatUsage(usage), {
        input_tokens: 100 - read,
        output_tokens: 9,
        cache_read_input_tokens: read,
      }));
  }

  test('chat: Anthropic’s names, whose input excludes cached tokens', () => {
    const usage = { input_tokens: 40, output_tokens: 9, cache_read_input_tokens: 60 };
    assert.deepEqual(chatUsage(usage), usage);
  });

  test('responses: a gateway with OpenAI’s field at 0', () => {
    const usage = { input_tokens: 100, output_tokens: 9, input_tokens_details: { cached_tokens: 0 } };
    const read = { input_tokens: 40, output_tokens: 9, cache_read_input_tokens: 60 };
    assert.deepEqual(responsesUsage({ ...usage, prompt_cache_hit_tokens: 60 }), read);
    assert.deepEqual(responsesUsage({ ...usage, cached_tokens: 60 }), read);
  });

  test('gemini: counts by modality (Vertex, cacheTokensDetails)', () => {
    const counter = usageCounter();
    counter.add({
      promptTokenCount: 100,
      candidatesTokenCount: 9,
      cacheTokensDetails: [
        { modality: 'TEXT', tokenCount: 50 },
        { modality: 'IMAGE', tokenCount: 10 },
      ],
    });
    assert.deepEqual(counter.usage(), { input_tokens: 40, output_tokens: 9, cache_read_input_tokens: 60 });
  });

  describe('reasoning is part of the output', () => {
    const usages: [source: string, output: number, total: number][] = [
      ['in it (OpenAI)', 90, 122],
      ['beside it (xAI: docs.x.ai, consumption)', 30, 122],
      ['beside it, without any other output', 0, 92],
      ['a total that says nothing', 60, 0],
    ];
    for (const [source, given, total_tokens] of usages) {
      const details = { reasoning_tokens: 60 };
      const output_tokens = total_tokens === 0 ? given : total_tokens - 32;
      const counted = {
        input_tokens: 32,
        output_tokens,
        output_tokens_details: { thinking_tokens: 60 },
      };
      test(`chat: ${source}`, () => {
        const usage = { prompt_tokens: 32, completion_tokens: given, total_tokens };
        assert.deepEqual(chatUsage({ ...usage, completion_tokens_details: details }), counted);
      });
      test(`responses: ${source}`, () => {
        const usage = { input_tokens: 32, output_tokens: given, total_tokens };
        assert.deepEqual(responsesUsage({ ...usage, output_tokens_details: details }), counted);
      });
    }
  });

  test('every input token counts once, whatever the fields say', () => {
    const counts = fc.nat(200);
    const fields = fc.record(
      {
        cached_tokens: counts,
        prompt_cache_hit_tokens: counts,
        cache_read_input_tokens: counts,
        cache_creation_input_tokens: counts,
        prompt_tokens_details: fc.record({ cached_tokens: counts, cache_write_tokens: counts }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fields, (tokens, others) => {
        for (const usage of [
          chatUsage({ prompt_tokens: tokens, ...others }),
          responsesUsage({ input_tokens: tokens, ...others }),
        ]) {
          const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage ?? {};
          assert.equal(
            (input_tokens ?? 0) + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0),
            tokens,
          );
        }
      }),
    );
  });
});
