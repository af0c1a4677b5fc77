/** The catalogue of models for Codex. Codex 0.171 refuses one that lacks a field of `required`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedModel } from '../../../../lib/wire/served.ts';
import { codexModels } from '../../../../lib/wire/responses/served/codex-models.ts';

const model: ListedModel = {
  id: 'acme/large-1',
  name: 'Large 1',
  provider: 'acme',
  contextWindow: 200_000,
  maxOutputTokens: 32_000,
  images: true,
};

/** Found by leaving out one field after another until Codex took the file (measured). */
const required = [
  'slug',
  'display_name',
  'supported_reasoning_levels',
  'shell_type',
  'visibility',
  'supported_in_api',
  'priority',
  'base_instructions',
  'support_verbosity',
  'truncation_policy',
  'experimental_supported_tools',
] as const;

test('each model has every field that Codex requires, in the order of the list', () => {
  const { models } = codexModels([model, { ...model, id: 'acme/small-1' }]);
  for (const one of models) for (const field of required) assert.notEqual(one[field], undefined, field);
  assert.deepEqual(
    models.map(({ slug, priority }) => [slug, priority]),
    [
      ['acme/large-1', 0],
      ['acme/small-1', 1],
    ],
  );
});

test('what is known of a model, and nothing that is not', () => {
  const [known] = codexModels([model]).models;
  assert.equal(known?.context_window, 200_000);
  assert.deepEqual(known?.input_modalities, ['text', 'image']);
  assert.equal(known?.default_reasoning_level, null, 'no effort that the user has not selected');
  const [unknown] = codexModels([{ ...model, contextWindow: undefined, images: false }]).models;
  assert.equal(unknown && 'context_window' in unknown, false);
  assert.deepEqual(unknown?.input_modalities, ['text']);
});
