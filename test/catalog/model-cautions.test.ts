/** Tests what is said about a model before it is used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelCautions, type ModelCaution } from '../../lib/catalog/model-cautions.ts';
import { provider, settings } from '../clients/settings.ts';

const lab = { ...provider('lab'), endpoints: { chat: 'http://127.0.0.1:9/v1/chat/completions' } };
const known = settings({ providers: { 'opencode-go': provider('opencode-go'), lab } });
const lists = { lab: { at: '', url: 'http://127.0.0.1:9/v1/models', models: [{ id: 'qwen3-coder:30b' }] } };

const cases: [ref: string, kinds: ModelCaution['kind'][], near?: string][] = [
  ['opencode-go/glm-5.3', []],
  ['opencode-go/GLM-5.3', []],
  ['opencode-go/glm-5.33', ['unknown'], 'glm-5.3'],
  ['opencode-go/nothing-like-it', ['unknown']],
  ['opencode-go/iceman-contributor-free', ['trains']],
  ['opencode-go/glm-5.1', ['unlisted']],
  ['opencode-go/glm-5', ['retired']],
  ['opencode-zen/big-pickle', ['official_client']],
  ['lab/qwen3-coder:30b', []],
  ['lab/qwen3-coder', ['unknown'], 'qwen3-coder:30b'],
  ['nobody/any', []],
];

for (const [ref, kinds, near] of cases) {
  test(`${ref}: ${kinds.join(', ') || 'nothing to say'}`, () => {
    const slash = ref.indexOf('/');
    const entry = { provider: ref.slice(0, slash), model_id: ref.slice(slash + 1) };
    const found = modelCautions(known, lists, entry);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      kinds,
    );
    assert.equal(found[0]?.near, near);
    for (const { message } of found) assert.ok(message.includes(entry.model_id), message);
  });
}

test('nothing is said about a provider of whose models nothing is known', () => {
  assert.deepEqual(modelCautions(known, {}, { provider: 'lab', model_id: 'any' }), []);
});
