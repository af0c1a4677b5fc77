/** Runs every report in `test/fixtures/captures`: today the client must receive what the file says. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { firstDifference } from '../../lib/captures/difference.ts';
import { readCapture } from '../../lib/captures/read-capture.ts';
import { replay } from '../../lib/captures/replay.ts';

const folder = fileURLToPath(new URL('../fixtures/captures/', import.meta.url));

describe('a report', () => {
  const files = readdirSync(folder);
  assert(files.length > 0, 'no report');
  for (const file of files) {
    test(file, async () => {
      const report = readCapture(readFileSync(folder + file, 'utf8'), file);
      assert.equal(
        report.kind,
        'report',
        'a capture holds the text of a conversation: give its report instead',
      );
      const { status, headers, pieces, attempts } = await replay(report);
      if (process.env['UPDATE_GOLDEN'] !== undefined) {
        const reply = { ...(status !== undefined && { status }), headers, pieces };
        writeFileSync(folder + file, `${JSON.stringify({ ...report, reply }, undefined, 1)}\n`);
        return;
      }
      const partial = report.leftMs !== undefined;
      const today = { headers, pieces, ...(status !== undefined && { status }) };
      assert.deepEqual(firstDifference(report.reply, today, partial), undefined);
      if (!partial) assert.equal(attempts, report.attempts.length);
    });
  }
});
