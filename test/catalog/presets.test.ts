/** Holds the presets of `occ config init` against the bundled list of models. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findModel } from '../../lib/catalog/models.ts';
import { presetNames, presetsOf } from '../../lib/catalog/presets.ts';
import type { FileEntry } from '../../lib/config/file/config-file.ts';
import { defaultFallbacks, defaultModels } from '../../lib/config/file/defaults.ts';

for (const provider of ['opencode-go', 'opencode-zen']) {
  for (const name of presetNames) {
    describe(`${provider}, ${name}`, () => {
      const preset = presetsOf(provider)?.[name];
      assert.ok(preset);
      const entries = [...Object.values(preset.models), ...Object.values(preset.fallbacks).flat()];
      const modelOf = ({ model_id = '' }) => findModel(provider, model_id);

      test('holds only models that the provider lists, and none that trains on your data', () => {
        for (const entry of entries) {
          const model = modelOf(entry);
          assert.equal(entry.provider, provider);
          assert.deepEqual(
            [model?.status, model?.trains, model?.officialClientOnly],
            ['active', false, false],
            entry.model_id,
          );
        }
      });

      test('has every scenario, with two other models to try next', () => {
        assert.deepEqual(Object.keys(preset.models), Object.keys(defaultModels));
        for (const [scenario, first] of Object.entries(preset.models)) {
          const next: readonly FileEntry[] = preset.fallbacks[scenario as keyof typeof defaultModels];
          assert.equal(new Set([first, ...next].map(({ model_id }) => model_id)).size, 3, scenario);
        }
      });

      test('has models for images and for long conversations where they are needed', () => {
        for (const entry of [preset.models.vision, ...preset.fallbacks.vision])
          assert.ok(modelOf(entry)?.inputs.includes('image'), entry.model_id);
        for (const entry of [preset.models.long_context, ...preset.fallbacks.long_context])
          assert.ok((modelOf(entry)?.context ?? 0) >= 1_000_000, entry.model_id);
      });
    });
  }

  test(`the default model of ${provider} costs more from preset to preset`, () => {
    const prices = presetNames.map((name) => {
      const price = findModel(provider, presetsOf(provider)?.[name].models.default.model_id ?? '')?.price;
      return (price?.input ?? NaN) + (price?.output ?? NaN);
    });
    assert.deepEqual(
      prices,
      prices.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(prices).size, 3);
  });
}

test('the balanced preset of OpenCode Go is what occ uses without a file', () => {
  assert.deepEqual(presetsOf('opencode-go')?.balanced, {
    models: defaultModels,
    fallbacks: defaultFallbacks,
  });
});

test('there are none for a provider that is not in the list', () => {
  for (const name of ['openrouter', 'constructor']) assert.equal(presetsOf(name), undefined);
});
