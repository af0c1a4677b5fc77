/** Tests the address and the parsing of the quota page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotaAddress, readQuota, windowLabel, windowName } from '../../lib/catalog/quota.ts';

const addresses: [string, string | undefined, string | undefined][] = [
  ['opencode-go', 'https://opencode.ai/zen/go/v1/chat/completions', 'https://opencode.ai/zen/go/v1/usage'],
  [
    'opencode-go',
    'https://opencode.ai/inference/go/openai/v1/chat/completions',
    'https://opencode.ai/inference/go/v1/usage',
  ],
  ['opencode-go', 'https://example.com/some/where', undefined],
  ['opencode-go', undefined, undefined],
  ['opencode-zen', 'https://opencode.ai/zen/v1/chat/completions', undefined],
  ['mine', 'https://opencode.ai/zen/go/v1/chat/completions', undefined],
];
for (const [name, chat, url] of addresses) {
  test(`${name} at ${chat}: ${url ?? 'nowhere'}`, () =>
    assert.equal(quotaAddress({ name, endpoints: chat === undefined ? {} : { chat } }), url));
}

test('reads three windows', () => {
  const text = JSON.stringify({
    workspaceID: 'wrk_1',
    usage: {
      rolling: { status: 'ok', percent: 12, resetsAt: '2026-11-25T09:00:00Z' },
      weekly: { status: 'rate-limited', percent: 100, resetsAt: '2026-11-30T00:00:00.000Z' },
      monthly: { status: 'ok', percent: 40.5 },
    },
  });
  assert.deepEqual(readQuota(text)?.windows, [
    { window: 'rolling', percent: 12, spent: false, resets_at: '2026-11-25T09:00:00.000Z' },
    { window: 'weekly', percent: 100, spent: true, resets_at: '2026-11-30T00:00:00.000Z' },
    { window: 'monthly', percent: 40.5, spent: false, resets_at: null },
  ]);
  assert.deepEqual(['rolling', 'weekly', 'monthly', 'yearly'].map(windowLabel), [
    '5 hours',
    'week',
    'month',
    'yearly',
  ]);
});

const odd: [string, number | null, boolean][] = [
  ['{"percent":"55"}', 55, false],
  ['{"percent":null}', null, false],
  ['{"percent":-3}', null, false],
  ['{"percent":100}', 100, true],
  ['{"percent":130,"resetsAt":"soon"}', 130, true],
  ['{"status":"rate-limited"}', null, true],
];
for (const [window, percent, spent] of odd) {
  test(`window ${window}`, () =>
    assert.deepEqual(readQuota(`{"usage":{"rolling":${window}}}`)?.windows, [
      { window: 'rolling', percent, spent, resets_at: null },
    ]));
}

for (const text of ['', 'null', '[]', '{}', '{"usage":null}', '{"usage":{"rolling":7}}', '<html>']) {
  test(`no quota in ${text || 'an empty text'}`, () => assert.equal(readQuota(text), undefined));
}

test('reads ten windows at most', () => {
  const usage = Object.fromEntries(Array.from({ length: 365 }, (_, i) => [`day ${i}`, { percent: 1 }]));
  assert.equal(readQuota(JSON.stringify({ usage }))?.windows.length, 10);
});

test('reads the allowances of single models wherever they stand, and takes them for no window of the plan', () => {
  const month = { status: 'rate-limited', percent: 100 };
  const own = { model: 'kimi-k3', window: 'monthly', percent: 100, spent: true, resets_at: null };
  for (const body of [
    { usage: { monthly: { percent: 5, models: { 'kimi-k3': month } } } },
    { usage: { monthly: { percent: 5 }, models: { 'kimi-k3': { monthly: month } } } },
    { usage: { monthly: { percent: 5 } }, models: { 'kimi-k3': { monthly: month } } },
  ]) {
    const quota = readQuota(JSON.stringify(body));
    assert.deepEqual(quota?.models, [own]);
    assert.deepEqual(
      quota.windows.map(({ window, spent }) => [window, spent]),
      [['monthly', false]],
    );
  }
  assert.deepEqual(readQuota(JSON.stringify({ models: { 'kimi-k3': { monthly: month } } })), {
    windows: [],
    models: [own],
  });
});

test('ignores models without a usable id or without windows, and reads 300 windows at most', () => {
  const one = { monthly: { percent: 1 } };
  const odd = { 'two words': one, '\u001b[31m': one, ok: { monthly: 7 }, none: null };
  assert.deepEqual(
    Object.keys(readQuota(JSON.stringify({ usage: { weekly: { percent: 1 } }, models: odd })) ?? {}),
    ['windows'],
  );
  const many = Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`m${i}`, one]));
  assert.equal(readQuota(JSON.stringify({ models: many }))?.models?.length, 300);
});

test('names windows in a sentence', () => {
  assert.deepEqual(['rolling', 'weekly', 'yearly'].map(windowName), [
    '5-hour window',
    'weekly window',
    'yearly window',
  ]);
});
