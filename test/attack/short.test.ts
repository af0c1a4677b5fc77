/** The short form of `npm run attack`: every attack on the built proxy that takes little time is refused or bounded. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Row } from './attack.ts';
import { campaign } from './campaign.ts';
import { renderRow } from './table.ts';

describe('attacks', () => {
  let rows: Row[] = [];
  before(async () => {
    rows = await campaign({ short: true });
  });

  test('each is refused or bounded', () => {
    const open = rows.filter(({ end, skipped }) => skipped === undefined && end === 'open');
    assert.deepEqual(open.map(renderRow), []);
  });

  test('all groups have run', () => {
    const groups = new Set(rows.map(({ group }) => group));
    assert.deepEqual(
      ['who may ask', 'smuggling', 'too much', 'hostile upstream'].filter((group) => !groups.has(group)),
      [],
    );
  });

  after(() => {
    for (const row of rows) if (row.skipped !== undefined) console.log(renderRow(row));
  });
});
