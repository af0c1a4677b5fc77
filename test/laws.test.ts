/** Checks the citations of lib/anthropic/laws.md: every cited law exists, and every law is cited by a test. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const laws = [
  ...readFileSync(join(root, 'lib/anthropic/laws.md'), 'utf8').matchAll(/^[*-] \*\*([LP]\d+)\*\* /gm),
].map(([, law = '']) => law);

/** Every citation in the sources and pages of a folder: "L7", "(P2)", "L1 to L8". */
function citationsIn(folder: string): { file: string; law: string }[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|mjs|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('fixtures') && !file.endsWith('laws.md'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?<![\w.'$-])[LP]\d{1,2}(?![\w'-])/g)].map(([law]) => ({
        file,
        law,
      })),
    );
}

test('the laws are numbered without gaps', () => {
  const expected = [
    ...Array.from({ length: 14 }, (_, i) => `L${i + 1}`),
    ...Array.from({ length: 12 }, (_, i) => `P${i + 1}`),
  ];
  assert.deepEqual([...laws].sort(byNumber), expected.sort(byNumber));
});

test('every law that is cited exists', () => {
  const unknown = ['lib', 'test', '.github']
    .flatMap(citationsIn)
    .filter(({ law }) => !laws.includes(law))
    .map(({ file, law }) => `${file} cites ${law}`);
  assert.deepEqual(unknown, []);
});

test('every law is cited by a test', () => {
  const cited = new Set(citationsIn('test').flatMap(({ file, law }) => (file.endsWith('.ts') ? [law] : [])));
  assert.deepEqual(
    laws.filter((law) => !cited.has(law)),
    [],
  );
});

test('the sources cite no page that is not in the repository', () => {
  const elsewhere =
    /\b(?:contract|facts?)\s+\d|(?<![\w.])\((?:contract|facts)[),](?! =>)|\bproject(?:'s)? facts\b|\bupstream facts\b|\bclaude-code \d|\b(?:design|style|contract|seed-pr80)\.(?:md|txt)\b/i;
  const found = ['bin', 'lib', 'test', 'templates', '.ci', '.github'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('fixtures'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.endsWith('laws.test.ts'))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line, i) => (elsewhere.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])),
      ),
  );
  assert.deepEqual(found, []);
});

function byNumber(a: string, b: string): number {
  return a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1));
}
