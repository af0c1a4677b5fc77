/** Writes a year of ledgers as heavy use leaves them: 820 requests a day in 20 sessions with four models. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, shifted, type Day } from '../../lib/ledger/days.ts';
import type { LedgerRecord } from '../../lib/ledger/record.ts';

const models = ['opencode-go/glm-5.3', 'opencode-go/deepseek-v4-pro', 'openrouter/some/model', 'ollama/qwen'];

/** Returns the bytes written. */
export function writeYear(dir: string, last: Day, days = 366, perDay = 820): number {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let bytes = 0;
  for (let back = 0; back < days; back++) {
    const day = shifted(last, -back);
    const lines = Array.from({ length: perDay }, (_, at) => JSON.stringify(yearRecord(day, at))).join('\n');
    bytes += lines.length + 1;
    writeFileSync(join(dir, fileOf(day)), `${lines}\n`, { mode: 0o600 });
  }
  return bytes;
}

/** A request of the year, by its place in its day. */
export function yearRecord(day: Day, at: number): LedgerRecord {
  const model = models[at % 4] ?? '';
  return {
    v: 1,
    at: `${day}T12:00:00.000Z`,
    id: `req_${day.replaceAll('-', '')}${String(at).padStart(16, '0')}`,
    by: 'a1b2c3d4',
    session: `8a6f1c2e-0000-4000-8000-${day.replaceAll('-', '')}${String(at % 20).padStart(4, '0')}`,
    ...(at % 3 === 0 && { agent: `agent-${at % 5}` }),
    project: `/home/me/project-${at % 7}`,
    class: 'main',
    tier: 'sonnet',
    asked: 'occ-sonnet',
    model,
    format: 'chat',
    ending: 'answered',
    ms: 5321,
    first_ms: 812,
    token_ms: 12.34,
    attempts: 1,
    uses: [
      {
        model,
        input: 1000 + at,
        cache_read: 40_000,
        output: 321,
        reasoning: 120,
        cost: 0.0123,
        cost_source: 'provider',
      },
    ],
  };
}
