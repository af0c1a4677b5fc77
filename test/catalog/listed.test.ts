/** Tests how cached provider lists are merged into the settings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelIdAt, withListed } from '../../lib/catalog/listed.ts';
import { toRoute } from '../../lib/catalog/routes.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { load } from '../config/scratch.ts';

const url = 'http://127.0.0.1:9/v1/models';
const at = '2026-11-01T00:00:00.000Z';
const now = Date.parse(at) + 1000;
const lists = {
  near: {
    at,
    url,
    models: [
      { id: 'new', context: 50_000, output: 4000 },
      { id: 'mine', context: 1 },
    ],
  },
};
const config = {
  models: { default: { provider: 'near', model_id: 'mine' } },
  providers: {
    near: {
      wire_format: 'chat',
      base_url: 'http://127.0.0.1:9/v1',
      api_key: 'k',
      models: { mine: { context_window: 70_000 } },
    },
  },
};
const near = (settings: Settings) => settings.providers['near'] ?? assert.fail('no provider');
const routeTo = (settings: Settings, model_id: string) =>
  toRoute({ provider: 'near', model_id }, near(settings));

test('a listed model has the limits of the list, a configured model its own', async (t) => {
  const { settings } = await load(t, config);
  const listed = withListed(settings, lists, now);
  assert.equal(modelIdAt(near(settings), 'new'), undefined);
  assert.equal(modelIdAt(near(listed), 'new'), 'new');
  const { contextWindow, maxOutputTokens } = routeTo(listed, 'new');
  assert.deepEqual([contextWindow, maxOutputTokens], [50_000, 4000]);
  assert.equal(routeTo(listed, 'mine').contextWindow, 70_000);
  assert.equal(modelIdAt(near(listed), '__proto__'), undefined);
});

test('ignores a list from another address, and one older than 30 days', async (t) => {
  const { settings } = await load(t, config);
  const elsewhere = { near: { ...lists.near, url: 'http://127.0.0.1:8/v1/models' } };
  assert.equal(modelIdAt(near(withListed(settings, elsewhere, now)), 'new'), undefined);
  const days = (count: number) => Date.parse(at) + count * 24 * 3_600_000;
  assert.equal(modelIdAt(near(withListed(settings, lists, days(29))), 'new'), 'new');
  assert.equal(modelIdAt(near(withListed(settings, lists, days(30))), 'new'), undefined);
  const undated = { near: { ...lists.near, at: 'some day' } };
  assert.equal(modelIdAt(near(withListed(settings, undated, now)), 'new'), undefined);
});
