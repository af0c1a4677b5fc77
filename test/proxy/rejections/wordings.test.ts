/** Every known sentence is read as its row says, and no row reads the sentence of another. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { find, template } from '../../../lib/proxy/rejections/templates.ts';
import { normalized } from '../../../lib/proxy/rejections/text.ts';
import { tokenCounts } from '../../../lib/proxy/rejections/token-counts.ts';
import { wordings } from '../../../lib/proxy/rejections/wordings/all.ts';
import type { Wording } from '../../../lib/proxy/rejections/wordings/wording.ts';

/** The reported sentence, or the template with something in its gaps. */
function sentenceOf({ example, says }: Wording): string {
  return example ?? says.replaceAll('…', 'something');
}

/** A status that the sentence comes with. */
function statusOf({ status = [400] }: Wording): number {
  return status.find((one) => one > 0) ?? 400;
}

describe('a sentence is read as its row says', () => {
  for (const row of wordings) {
    const sentence = sentenceOf(row);
    test(`${row.about}, ${row.vendor}: ${sentence.slice(0, 100)}`, () => {
      const { about, remedy } = diagnose({
        status: statusOf(row),
        type: 'invalid_request_error',
        message: sentence,
      });
      const expected = row.about === 'window' && about === 'answer_room' ? 'answer_room' : row.about;
      assert.equal(about, expected);
      if (row.remedy !== undefined) assert.equal(remedy, row.remedy);
      if (row.counts)
        assert.deepEqual(
          tokenCounts(normalized(sentence), row.about === 'window' ? 'window' : 'answer'),
          row.counts,
        );
    });
  }
});

test('no row reads the sentence of a row with another meaning', () => {
  const meaning = ({ about, remedy }: Wording): string => `${about} ${remedy ?? ''}`;
  const misread = wordings.flatMap((row) => {
    const words = normalized(sentenceOf(row));
    return (
      wordings
        .filter((other) => meaning(other) !== meaning(row) && find(template(other.says), words) !== -1)
        // The first row that fits decides, so a row before it may be more exact.
        .filter((other) => wordings.indexOf(other) < wordings.indexOf(row))
        .map((other) => `"${other.says}" reads "${words}"`)
    );
  });
  assert.deepEqual(misread, []);
});

test('templates are written as they are compared', () => {
  for (const { says } of wordings) assert.equal(normalized(says), says);
});

test('every row has a source', () => {
  for (const { source, vendor } of wordings) assert.ok(source !== '' && vendor !== '');
});
