/** The page of threats names the test of each answer; each of them must exist. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, '.github/SECURITY.md'), 'utf8');

/** Each threat is an item of a list. */
const threats = page
  .split(/\n(?=- \*\*)/)
  .slice(1)
  .map((item) => item.split(/\n\n/)[0] ?? '');
const citations = (text: string): { file: string; name: string }[] =>
  [...text.matchAll(/`(test\/[\w./-]+): ([^`]+)`/g)].map(([, file = '', name = '']) => ({ file, name }));

test('each threat has an answer with its test', () => {
  assert(threats.length >= 12);
  const without = threats.filter((threat) => citations(threat).length === 0);
  assert.deepEqual(
    without.map((threat) => threat.split('\n')[0]),
    [],
  );
});

test('each section says what is not promised, or has no threat left', () => {
  const sections = page.split(/\n## /).slice(1);
  const silent = sections.filter((section) => !/^Not promised: |^Contributors /m.test(section));
  assert.deepEqual(
    silent.map((section) => section.split('\n')[0]),
    [],
  );
});

test('each test that the page names exists under that name', () => {
  const all = citations(page);
  assert(all.length >= 20);
  const missing = all.filter(({ file, name }) => {
    const path = join(root, file);
    if (!existsSync(path)) return true;
    const text = readFileSync(path, 'utf8');
    return !["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`));
  });
  assert.deepEqual(missing, []);
});
