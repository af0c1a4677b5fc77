/** Checks that every transcript and test in the table of failure classes in `README.md` exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const formats = ['chat', 'messages', 'responses', 'gemini'] as const;
const [, section = ''] = page.split('## Each failure class, in each format');
const rows = (section.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (?:class|-+|\*\*)/.test(line))
  .map((line) => line.split('|').slice(1, -1));

test('every class has an entry for each format', () => {
  assert(rows.length > 40, `${rows.length} rows`);
  for (const row of rows) {
    assert.equal(row.length, 5, row.join('|'));
    for (const cell of row) assert.notEqual(cell.trim(), '', row[0]);
  }
});

for (const [i, format] of formats.entries()) {
  test(`the ${format} entries exist`, () => {
    for (const row of rows) {
      for (const [, name = ''] of (row[i + 1] ?? '').matchAll(/`([^`]+)`/g)) {
        if (name === 'npm run fuzz') continue;
        const places = name.endsWith('.test.ts')
          ? [`../${name}`, name]
          : ['sse', 'body'].map((kind) => `../fixtures/transcripts/${format}/${name}.${kind}`);
        const found = places.some((place) => existsSync(new URL(place, import.meta.url)));
        assert(found, `${row[0]?.trim()}: ${name}`);
      }
    }
  });
}
