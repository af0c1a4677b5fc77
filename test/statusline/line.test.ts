import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionAnswer } from '../../lib/statusline/answer.ts';
import { fitting, renderLines } from '../../lib/statusline/line.ts';
import { loadStyle } from '../../lib/terminal/style.ts';

const plain = await loadStyle(0);
const colored = await loadStyle(1);

const answer: SessionAnswer = {
  at: '2026-11-29T10:00:00.000Z',
  model: 'deepseek-v4-pro',
  provider: 'opencode-go',
  first_content_ms: 812,
  cost: 0.0123,
  fallback_from: { model: 'glm-5.3', reason: '429' },
};

const at = (columns: number, one = answer): string => fitting(renderLines(one, plain), columns);

test('the least important parts are left out first', () => {
  const lines = [100, 80, 66, 56, 40, 20, 5].map((columns) => at(columns));
  assert.deepEqual(lines, [
    'deepseek-v4-pro · opencode-go · first token 0.8 s · $0.0123 · fallback from glm-5.3 (429)',
    'deepseek-v4-pro · opencode-go · $0.0123 · fallback from glm-5.3 (429)',
    'deepseek-v4-pro · opencode-go · fallback from glm-5.3 (429)',
    'deepseek-v4-pro · fallback from glm-5.3 (429)',
    'deepseek-v4-pro · fallback (429)',
    'deepseek-v4-pro',
    'deepseek-v4-pro',
  ]);
  assert.equal(at(lines[0]?.length ?? 0), lines[0], 'a line that fits exactly is used');
  assert.equal(at((lines[0]?.length ?? 0) - 1), lines[1]);
});

test('the share of cached input follows the time, and stays longer than that', () => {
  const cached = { ...answer, cached: 97 };
  assert.match(at(110, cached), / · first token 0\.8 s · cache 97 % · \$0\.0123 · fallback from /);
  assert.match(at(90, cached), /^deepseek-v4-pro · opencode-go · cache 97 % · \$0\.0123 · /);
});

test('a part of the plan takes the place of the cost, and large costs have cents', () => {
  assert.match(at(100, { ...answer, plan: { window: '5 hours', percent: 42 } }), / · 5 hours 42 % · /);
  assert.match(at(100, { ...answer, cost: 3.4 }), / · \$3\.40 · /);
  assert.match(at(100, { ...answer, cost: 0 }), / · \$0 · /);
});

test('an outage says whether the client tries again, else the next command', () => {
  const failure = { model: 'glm-5.3', reason: '429', cut: false, retrying: true };
  const failed = (more: Partial<typeof failure>): SessionAnswer => ({
    at: answer.at,
    failure: { ...failure, ...more },
  });
  assert.equal(at(80, failed({})), 'glm-5.3 failed (429), retrying');
  assert.equal(at(80, failed({ retrying: false })), 'glm-5.3 failed (429): occ why');
  const { model: _, ...several } = failure;
  assert.equal(
    at(80, { at: answer.at, failure: { ...several, retrying: false } }),
    'all models failed (429): occ why',
  );
  assert.equal(at(80, failed({ cut: true, retrying: false })), 'glm-5.3 was cut off (429): occ why');
  assert.equal(at(25, failed({})), 'glm-5.3 failed, retrying');
  assert.equal(at(1, failed({})), 'failed, retrying');
});

test('a wait names the model and how long it has lasted', () => {
  const waiting = { at: answer.at, waiting: { model: 'glm-5.3', ms: 20_000 } };
  assert.equal(at(80, waiting), 'waiting 20 s for glm-5.3');
  assert.equal(at(15, waiting), 'waiting 20 s');
  assert.equal(
    at(80, { ...waiting, waiting: { model: 'glm-5.3', ms: 140_000 } }),
    'waiting 2 min for glm-5.3',
  );
});

test('columns count no colours, and a name from the configuration stays on its line', () => {
  const lines = renderLines({ ...answer, model: 'two\nlines\u001b[31m' }, colored);
  const uncolored = renderLines({ ...answer, model: 'two\nlines\u001b[31m' }, plain);
  assert.deepEqual(
    lines.map(({ columns }) => columns),
    uncolored.map(({ columns, text }) => (assert.equal(columns, text.length), columns)),
  );
  assert.ok(lines.every(({ text }) => !/[\n\r]/.test(text) && !text.includes('\u001b[31m')));
});
