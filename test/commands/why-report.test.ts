import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportFor } from '../../lib/commands/why/advice.ts';
import type { AttemptRecord } from '../../lib/proxy/recent.ts';

const id = 'req_3f2a9c000000000000000000';
const attempt = (more: Partial<AttemptRecord>): AttemptRecord => ({
  model: 'a/b',
  format: 'chat',
  outcome: 'failed',
  ms: 1,
  ...more,
});

test('why names occ report where somebody has to correct occ or a provider', () => {
  for (const more of [{ trouble: 'malformed' }, { trouble: 'encoding' }, { class: 'other' }] as const) {
    const [advice, ...others] = reportFor({
      id,
      attempts: [attempt({ outcome: 'answered' }), attempt(more)],
    });
    assert.match(advice?.[0] ?? '', /^occ report req_3f2a9c/);
    assert.deepEqual(others, []);
  }
});

test('why does not name it for a key, a limit, a network or an answer', () => {
  for (const more of [
    { class: 'credentials' },
    { class: 'rate' },
    { trouble: 'connect', class: 'other' },
    {},
  ] as const)
    assert.deepEqual(reportFor({ id, attempts: [attempt(more)] }), []);
});
