/** Tests when a client's own body is sent to an upstream of its format, and when the request is encoded instead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../../lib/proxy/rejections/changes.ts';
import { toSent } from '../../../lib/proxy/rejections/repair.ts';
import { route } from '../../support/turns.ts';

const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };
const sentWith = (...changes: Change[]): unknown =>
  toSent({ route: route('chat'), changes }, request, {}, 's', () => ({ own: true, top_k: 1 })).body;

test('the own body is sent, with the fields changed that were refused', () => {
  assert.deepEqual(sentWith(), { own: true, top_k: 1 });
  assert.deepEqual(sentWith({ kind: 'without', path: ['top_k'] }), { own: true });
});

test('a change that only an encoding can make has the request encoded', () => {
  const changes: Change[] = [
    { kind: 'quirks', quirks: { stopSequences: false } },
    { kind: 'lacks', capability: 'images' },
    { kind: 'several', changes: [{ kind: 'lacks', capability: 'tools' }] },
    { kind: 'no_thinking' },
  ];
  for (const change of changes) assert.ok(!('own' in (sentWith(change) as object)), change.kind);
});
