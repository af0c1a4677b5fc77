/** Tests that the lies of providers are named, and that honest ones are not accused. Writes the table of the lies. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import type { Verified } from '../../../lib/doctor/verify/verify.ts';
import { wireFormats } from '../../../lib/wire/formats.ts';
import { matchesGolden } from '../../support/golden.ts';
import { liars, type Liar } from './liars.ts';
import { verifyEmulated } from './verify-emulated.ts';

const bad = ({ verdicts }: Verified): string[] =>
  verdicts
    .filter(({ level }) => level === 'lie' || level === 'doubt')
    .map(({ level, code, summary, fault = 'provider' }) => `${level} ${code} (${fault}): ${summary}`);

describe('an honest provider is not accused', () => {
  for (const format of wireFormats)
    test(format, async (t) => {
      const verified = await verifyEmulated(t, format);
      assert.deepEqual(bad(verified), []);
      assert.equal(verified.score, 100);
      assert.equal(verified.control, 100);
    });
});

/** The lie as it was found; undefined if it was not, or if somebody else is blamed. */
function foundIn({ verdicts }: Verified, { code, says, level }: Liar): string | undefined {
  return verdicts.find(
    (verdict) =>
      verdict.code === code &&
      verdict.level === level &&
      (verdict.fault ?? 'provider') === 'provider' &&
      says.test(verdict.summary),
  )?.summary;
}

/** Lies that a format has no room for. */
const impossible: Readonly<Partial<Record<string, readonly string[]>>> = {
  // It has no stop sequences, occ applies them itself.
  responses: ['ignores stop sequences'],
};

test('every lie of the table is named, with the provider as the one at fault', async (t) => {
  const rows: string[][] = [];
  const missed: string[] = [];
  let at = 0;
  for (const liar of liars) {
    const possible = wireFormats.filter((format) => !impossible[format]?.includes(liar.name));
    // Each lie is tested in one format; together they cover all.
    const format = possible[at++ % possible.length] ?? 'chat';
    const verified = await verifyEmulated(t, format, liar);
    const found = foundIn(verified, liar);
    if (found === undefined) missed.push(`${liar.name} (${format}): ${bad(verified).join('; ')}`);
    const as = found === undefined ? 'missed' : `${liar.level}: ${liar.code}`;
    rows.push([liar.name, format, as, withoutTimes(found ?? ''), String(verified.score)]);
  }
  assert.deepEqual(missed, []);
  matchesGolden(fileURLToPath(new URL('matrix.md', import.meta.url)), [
    '# Lies of providers, and what `occ doctor verify` says about them',
    '',
    '`UPDATE_GOLDEN=1 node --import tsx --test test/doctor/verify/liars.test.ts` writes this table again. The score of an honest',
    'provider is 100 in every format.',
    '',
    ...table(['the provider …', 'format', 'found as', 'in these words', 'score'], rows),
  ]);
});

/** Times differ from run to run. */
function withoutTimes(text: string): string {
  return text.replace(/\d+\.\d s/, '… s').replace(/\d+ ms/, '… ms');
}

/** A Markdown table whose columns line up. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
