/** A temporary ledger, and the lines in it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { LedgerRecord } from '../../lib/ledger/record.ts';

/** A folder that does not exist yet. */
export function scratch(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'occ-ledger-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'state');
}

export function record(id: string, more: Partial<LedgerRecord> = {}): LedgerRecord {
  return { v: 1, at: '2026-11-29T10:00:00.000Z', id, by: 'test', ending: 'answered', ms: 1, ...more };
}

/** Every line of every day that is JSON, in order. */
export function written(dir: string): LedgerRecord[] {
  return readdirSync(dir)
    .toSorted()
    .flatMap((file) => readFileSync(join(dir, file), 'utf8').split('\n'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LedgerRecord];
      } catch {
        return [];
      }
    });
}
