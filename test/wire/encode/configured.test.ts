/** `reasoning_effort` and `thinking` of a model's entry, for models of which the catalogue knows nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { ModelEntry } from '../../../lib/config/settings.ts';
import { toObject, type Json } from '../../../lib/json.ts';
import { catalogued, sentTo } from '../../support/catalogued.ts';
import { requestOf, user } from '../../support/requests.ts';
import { formats, type Format } from '../../support/turns.ts';

/** The fields of a body that concern thinking. */
const fieldsIn: Record<Format, (body: { [key: string]: Json | undefined }) => unknown> = {
  chat: ({ reasoning_effort: effort, thinking }) => [effort, thinking],
  messages: ({ output_config: output, thinking }) => [output, thinking],
  responses: ({ reasoning }) => reasoning,
  gemini: ({ generationConfig }) => toObject(generationConfig)['thinkingConfig'],
};

function fields(
  format: Format,
  entry: Partial<ModelEntry>,
  id = 'house-model-1',
  more: Partial<MessagesRequest> = {},
): unknown {
  const asked = { thinking: { type: 'adaptive' as const }, output_config: { effort: 'low' }, ...more };
  return fieldsIn[format](sentTo(catalogued(id, format, entry), requestOf([user('hi')], asked)));
}

const cases: [string, Partial<ModelEntry>, Record<Format, unknown>][] = [
  [
    'an effort',
    { reasoning_effort: 'high' },
    {
      chat: ['high', undefined],
      messages: [{ effort: 'high' }, { type: 'adaptive' }],
      responses: { effort: 'high', summary: 'auto' },
      gemini: { includeThoughts: true, thinkingLevel: 'HIGH' },
    },
  ],
  [
    'an effort that no vendor documents',
    { reasoning_effort: 'ultra' },
    {
      chat: ['ultra', undefined],
      messages: [{ effort: 'ultra' }, { type: 'adaptive' }],
      responses: { effort: 'ultra', summary: 'auto' },
      gemini: { includeThoughts: true, thinkingLevel: 'ULTRA' },
    },
  ],
  [
    'thinking with a budget',
    { thinking: { type: 'enabled', budget_tokens: 8000 } },
    {
      chat: [undefined, { type: 'enabled', budget_tokens: 8000 }],
      messages: [{ effort: 'low' }, { type: 'enabled', budget_tokens: 8000 }],
      responses: { effort: 'medium', summary: 'auto' },
      gemini: { includeThoughts: true, thinkingBudget: 8000 },
    },
  ],
  [
    'thinking without a budget',
    { thinking: { type: 'adaptive' } },
    {
      chat: [undefined, { type: 'enabled' }],
      messages: [{ effort: 'low' }, { type: 'adaptive' }],
      responses: { summary: 'auto' },
      gemini: { includeThoughts: true },
    },
  ],
  [
    'no thinking',
    { thinking: { type: 'disabled' }, reasoning_effort: 'high' },
    {
      chat: [undefined, { type: 'disabled' }],
      messages: [undefined, { type: 'disabled' }],
      responses: { effort: 'none' },
      gemini: { includeThoughts: false, thinkingBudget: 0 },
    },
  ],
  [
    'no effort',
    { reasoning_effort: 'none' },
    {
      chat: ['none', undefined],
      messages: [undefined, { type: 'disabled' }],
      responses: { effort: 'none' },
      gemini: { includeThoughts: false, thinkingBudget: 0 },
    },
  ],
  [
    'nothing: the client’s wishes go to messages only',
    {},
    {
      chat: [undefined, undefined],
      messages: [{ effort: 'low' }, { type: 'adaptive' }],
      responses: undefined,
      gemini: undefined,
    },
  ],
];
for (const [name, entry, expected] of cases) {
  test(`the entry of an unknown model sets ${name}`, () => {
    for (const format of formats) assert.deepEqual(fields(format, entry), expected[format], format);
  });
}

test('so do those of vLLM, Ollama and OpenRouter, whose family has no known switch in the chat format', () => {
  const ids = [
    'Qwen/Qwen3-32B',
    'qwen3:8b',
    'llama3.3',
    'mistralai/magistral-small',
    'nvidia/nemotron-3-nano:free',
  ];
  for (const id of ids) {
    assert.deepEqual(fields('chat', { reasoning_effort: 'low' }, id), ['low', undefined], id);
    assert.deepEqual(fields('chat', {}, id), [undefined, undefined], id);
  }
});

test('a short request of the client stays without thinking, which would use up its limit', () => {
  const short = { thinking: { type: 'disabled' as const }, max_tokens: 64, output_config: {} };
  assert.deepEqual(fields('chat', { reasoning_effort: 'high' }, 'house-model-1', short), [
    undefined,
    undefined,
  ]);
  assert.deepEqual(fields('chat', { reasoning_effort: 'none' }, 'house-model-1', short), ['none', undefined]);
});

test('models that the catalogue knows not to think, and those that refuse the field, get nothing', () => {
  assert.deepEqual(fields('chat', { reasoning_effort: 'high' }, 'grok-code-fast-1'), [undefined, undefined]);
});

test('a budget is less than max_tokens, as Anthropic’s API requires', () => {
  const entry = { thinking: { type: 'enabled' as const, budget_tokens: 8000 }, max_tokens: 4000 };
  const [, thinking] = fields('messages', entry, 'house-model-1', {
    thinking: { type: 'disabled' },
  }) as unknown[];
  assert.deepEqual(thinking, { type: 'enabled', budget_tokens: 3999 });
});
