/** What an attempt is counted to have used and cost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelEntry, Provider } from '../../lib/config/settings.ts';
import { toRoute } from '../../lib/catalog/routes.ts';
import { settleTally } from '../../lib/proxy/spent.ts';
import type { Tally } from '../../lib/proxy/tally.ts';
import { provider } from '../clients/settings.ts';

const usage = { input_tokens: 1000, output_tokens: 100, cache_read_input_tokens: 400 };
const reported = { input: 1000, output: 100, cacheRead: 400 };

function settled(tally: Tally, name: string, id: string, more: Partial<ModelEntry> = {}) {
  const to: Provider = provider(name, {
    endpoints: { chat: 'https://host.test/zen/go/v1/chat/completions' },
  });
  const entry: ModelEntry = { provider: name, model_id: id, wire_format: 'chat', ...more };
  return settleTally(tally, { entry, provider: to, route: toRoute(entry, to), why: '' });
}

test('the billed amount comes first, then the price that the provider states, then the catalogue', () => {
  const known = ['opencode-zen', 'glm-5.3'] as const;
  assert.equal(settled({ usage, reported, billed: 0.5, nominal: 0.7 }, ...known)?.cost, 0.5);
  const nominal: Tally = { usage, reported, nominal: 0.7 };
  const { cost, costSource } = settled(nominal, ...known) ?? {};
  assert.deepEqual(
    { cost, costSource, tally: nominal.cost },
    { cost: 0.7, costSource: 'provider', tally: 0.7 },
  );
  // 1.4 a million for input, 4.4 for output, 0.26 for what is read from a cache.
  const listed = settled({ usage, reported }, ...known);
  assert.equal(listed?.costSource, 'catalogue');
  assert.ok(Math.abs((listed.cost ?? 0) - (1000 * 1.4 + 100 * 4.4 + 400 * 0.26) / 1e6) < 1e-12);
});

test('what a plan pays is no cost', () => {
  const known = ['opencode-go', 'glm-5.3'] as const;
  const frames = settled({ usage, reported, billed: 0, nominal: 0.002 }, ...known);
  assert.deepEqual([frames?.cost, frames?.covered, frames?.costSource], [0, 0.002, 'provider']);
  const balance = settled({ usage, reported, billed: 0.002, nominal: 0.002 }, ...known);
  assert.deepEqual([balance?.cost, balance?.covered], [0.002, undefined]);
  const none = settled({ usage, reported }, ...known);
  assert.equal(none?.cost, 0);
  assert.ok((none.covered ?? 0) > 0);
});

test('a configured price comes before the catalogue, and cached input costs what other input costs unless it is given', () => {
  const price = { input: 2, output: 10 };
  const own = settled({ usage, reported }, 'anywhere', 'some-model', { price });
  assert.deepEqual([own?.cost, own?.costSource], [(1400 * 2 + 100 * 10) / 1e6, 'configuration']);
  const free = settled({ usage, reported }, 'anywhere', 'some-model', { price: { input: 0, output: 0 } });
  assert.equal(free?.cost, 0);
});

test('without any price the tokens count, and the cost is absent', () => {
  const tally: Tally = { usage, reported };
  assert.deepEqual(settled(tally, 'anywhere', 'some-model'), {
    input: 1000,
    cacheRead: 400,
    cacheWrite: 0,
    cacheWrite1h: 0,
    output: 100,
    reasoning: 0,
  });
  assert.equal(tally.cost, undefined);
});

test('an answer that broke off counts with what was reported by then, and one without a report does not count', () => {
  const tally: Tally = { reported: { input: 900, cacheWrite: 50, cacheWrite1h: 20 } };
  const spent = settled(tally, 'anywhere', 'some-model');
  assert.deepEqual([spent?.input, spent?.cacheWrite, spent?.cacheWrite1h, spent?.output], [900, 50, 20, 0]);
  assert.equal(spent?.estimated, undefined);
  assert.equal(tally.usage?.input_tokens, 900);
  assert.equal(settled({}, 'anywhere', 'some-model'), undefined);
});

test('a usage that the upstream did not report is marked as an estimate', () => {
  assert.equal(settled({ usage }, 'anywhere', 'some-model')?.estimated, true);
  assert.equal(settled({ usage, reported: { input: 1000 } }, 'anywhere', 'some-model')?.estimated, true);
  assert.equal(settled({ usage, reported }, 'anywhere', 'some-model')?.estimated, undefined);
});

test('writing to a cache for an hour costs more than for five minutes', () => {
  const written = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 1000 };
  const price = { input: 1, output: 5, cache_write: 1.25 };
  const cost = (cacheWrite1h: number): number =>
    settled({ usage: written, reported: { cacheWrite: 1000, cacheWrite1h } }, 'anywhere', 'some-model', {
      price,
    })?.cost ?? 0;
  assert.ok(Math.abs(cost(0) - 0.00125) < 1e-12);
  assert.ok(Math.abs(cost(1000) - 0.002) < 1e-12);
});
