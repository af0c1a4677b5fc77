/** The benchmarks themselves: that each contender answers as the others do, and that a broken stream is no figure. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireBuilt } from '../support/built.ts';
import { waitUntil } from '../support/limits.ts';
import { bodyOf, capturedBodies } from './bodies.ts';
import { oneEvent } from './processes/answer.ts';
import type { Sequence } from './processes/load.ts';
import { stream } from './streaming.ts';
import { World } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let world: World;

before(async () => {
  requireBuilt();
  world = await World.start([{ name: 'occ', root }]);
});
after(() => world.close());

for (const name of ['direct', 'pipe', 'parse', 'occ']) {
  for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
    test(`${name} passes every ${format} event of every stream`, async () => {
      const answer = { ...oneEvent, events: 60, perWrite: 1, intervalMs: 1 };
      const cost = await stream(world, await world.contender(name), { streams: 3, answer, format });
      assert.equal(cost.complete, 3);
      assert.equal(cost.events, 180);
      assert.ok(cost.lateMs.p50 >= 0 && cost.lateMs.p99 >= cost.lateMs.p50);
    });
  }
}

test('occ answers every captured request', async () => {
  const occ = await world.contender('occ');
  await world.answerWith(oneEvent);
  const bodies = capturedBodies(occ.model('chat'));
  assert.ok(bodies.length > 35);
  const seen = await world.load.ask<Sequence>({ kind: 'sequence', to: occ.to('chat'), bodies, times: 1 });
  assert.equal(seen.events, bodies.length);
});

for (const shape of ['line', 'reads', 'held'] as const) {
  test(`occ passes the events of the shape "${shape}"`, async () => {
    const answer = { ...oneEvent, shape, events: shape === 'line' ? 1 : 40, bytes: 5000 };
    const { events } = await stream(world, await world.contender('occ'), { streams: 1, answer });
    assert.equal(events, answer.events);
  });
}

test('a refused request is an error, and not a figure', async () => {
  const to = { ...(await world.contender('occ')).to('chat'), headers: { authorization: 'Bearer wrong' } };
  const asking = world.load.ask({ kind: 'sequence', to, bodies: [bodyOf(1000, 'm')], times: 1 });
  await assert.rejects(asking, /refused: HTTP\/1\.1 401/);
});

test('a stream that ends before its last event is an error', async () => {
  const occ = await world.contender('occ');
  await world.answerWith({ ...oneEvent, events: 1e9, perWrite: 20 });
  const to = { ...occ.to('chat'), body: bodyOf(1000, occ.model('chat')) };
  await world.load.ask({ kind: 'streams', to, streams: 1 });
  await waitUntil(async () => (await world.load.ask<number>({ kind: 'progress' })) > 0, 'an event');
  world.upstream.stop();
  const { complete, failures } = await world.load.ask<{ complete: number; failures: string[] }>({
    kind: 'ended',
  });
  assert.equal(complete, 0);
  assert.match(failures.join(), /incomplete stream/);
});
