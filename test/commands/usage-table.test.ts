/** The table, the CSV and the options of `occ usage`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLines } from '../../lib/commands/usage/csv.ts';
import { rangeOf } from '../../lib/commands/usage/range.ts';
import { renderTable } from '../../lib/commands/usage/table.ts';
import type { Group } from '../../lib/ledger/groups.ts';
import { noSums, type Sums } from '../../lib/ledger/rows.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { OccError } from '../../lib/errors.ts';

const plain = await loadStyle(0);
const group = (key: string, more: Partial<Sums> = {}): Group => ({ key, ...noSums(), ...more });

const groups = [
  group('opencode-go/deepseek-v4-pro', {
    requests: 1200,
    input: 2e6,
    cacheRead: 8e6,
    output: 3e5,
    cost: 12.5,
    covered: 3,
  }),
  group('openrouter/some-vendor/some-very-long-model-name', {
    requests: 3,
    input: 100,
    output: 5,
    cost: 0.0042,
    listed: 0.0042,
  }),
  group('', { requests: 1, failed: 1 }),
];
const total = group('total', { requests: 1204, input: 2e6, output: 3e5, cost: 12.5 });

for (const width of [20, 40, 60, 80, 120, 200]) {
  test(`a table of ${width} columns fits, and keeps the cost`, () => {
    const lines = renderTable({ head: 'model', groups, total, width, style: plain });
    assert.equal(lines.length, 5);
    for (const line of lines) assert.ok(line.length <= width, `${line.length}: ${line}`);
    assert.match(lines[0] ?? '', /cost/);
    assert.match(lines[1] ?? '', /\$12\.50/);
    assert.equal(/█/.test(lines.join('\n')), width >= 60, lines.join('\n'));
  });
}

test('in a pipe nothing is shortened and there are no bars', () => {
  const text = renderTable({ head: 'model', groups, total, width: undefined, style: plain }).join('\n');
  assert.match(text, /openrouter\/some-vendor\/some-very-long-model-name/);
  assert.doesNotMatch(text, /█|▏|…/);
});

test('a bar is as long as the share, and never nothing for something', () => {
  const bars = renderTable({
    head: 'day',
    groups: [group('a', { cost: 8 }), group('b', { cost: 4 }), group('c', { cost: 0.001 }), group('d')],
    width: 60,
    style: plain,
  }).map((line) => /[█▏▎▍▌▋▊▉]+$/.exec(line)?.[0].length ?? 0);
  assert.equal(bars[2], Math.ceil((bars[1] ?? 0) / 2));
  assert.deepEqual([bars[3], bars[4]], [1, 0]);
});

test('a sum says whether it has list prices in it, or misses models without a price', () => {
  const cost = (sums: Partial<Sums>): string =>
    renderTable({ head: 'x', groups: [group('a', sums)], width: undefined, style: plain })[1]
      ?.split(/\s+/)
      .at(-1) ?? '';
  assert.equal(cost({ cost: 1 }), '$1.00');
  assert.equal(cost({ cost: 1, listed: 0.5 }), '~$1.00');
  assert.equal(cost({ cost: 1, unpriced: 1 }), '$1.00+');
  assert.equal(cost({ unpriced: 1 }), '?');
});

test('a name with control characters cannot break the table', () => {
  const [, line = ''] = renderTable({ head: 'x', groups: [group('a\u001b[2J\nb')], width: 80, style: plain });
  assert.match(line, /a\\u001b\[2J\\u000ab/);
});

test('CSV quotes what needs it, and runs no formula', () => {
  const keys = ['plain', 'a,b', 'say "hi"', 'two\nlines', '=1+1', '+x', '-x', '@x', '\tx', '=a"b,c'];
  const cells = csvLines(
    'model',
    keys.map((key) => group(key)),
  )
    .slice(1)
    .map((line) => line.slice(0, line.indexOf(',0,')));
  assert.deepEqual(cells, [
    'plain',
    '"a,b"',
    '"say ""hi"""',
    '"two\nlines"',
    "'=1+1",
    "'+x",
    "'-x",
    "'@x",
    "'\tx",
    `"'=a""b,c"`,
  ]);
  assert.match(csvLines('day', [])[0] ?? '', /^day,requests,.*,cost_usd,/);
});

test('ranges are calendar days', () => {
  const now = new Date(2026, 2, 1, 0, 30);
  assert.deepEqual(rangeOf({}, now), { first: '2026-01-31', last: '2026-03-01' });
  assert.deepEqual(rangeOf({ days: '1' }, now), { first: '2026-03-01', last: '2026-03-01' });
  assert.deepEqual(rangeOf({ month: true }, now), { first: '2026-03-01', last: '2026-03-31' });
  assert.deepEqual(rangeOf({ month: '2024-02' }, now), { first: '2024-02-01', last: '2024-02-29' });
  assert.deepEqual(rangeOf({ since: '2026-02-27' }, now), { first: '2026-02-27', last: '2026-03-01' });
  assert.deepEqual(rangeOf({ until: '2026-01-05' }, now), { first: '2025-12-07', last: '2026-01-05' });
});

for (const options of [
  { since: '2026-02-30' },
  { since: 'yesterday' },
  { until: '2026-1-1' },
  { since: '2026-03-01', until: '2026-02-01' },
  { days: '0' },
  { days: '-1' },
  { days: '1e3' },
  { days: '99999' },
  { month: '2026-13' },
  { month: '11' },
  { month: '2026-11', days: '3' },
  { since: '2026-01-01', month: true as const },
]) {
  test(`refuses ${JSON.stringify(options)} and says what helps`, () => {
    assert.throws(
      () => rangeOf(options, new Date(2026, 2, 1)),
      (error) =>
        error instanceof OccError && error.exitCode === 2 && error.remedy.startsWith('occ usage --by day'),
    );
  });
}
