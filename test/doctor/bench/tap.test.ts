/** The tap changes nothing of what passes through it, and knows how each request ended. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { textOf } from '../../../lib/doctor/bench/recorded-exchange.ts';
import { tapOn } from '../../../lib/doctor/bench/tap.ts';
import type { Answer, Upstream } from '../../../lib/proxy/upstream.ts';

function upstream(body: (gone: AbortSignal) => AsyncIterable<Uint8Array>): Upstream {
  const post: Upstream['post'] = async (_url, _headers, _body, gone) => ({
    status: 200,
    headers: { server: 'x' },
    body: body(gone),
  });
  return { post, get: () => Promise.reject(new Error('not asked')), close: async () => {} };
}

async function* pieces(): AsyncIterable<Uint8Array> {
  yield Buffer.from('ab');
  yield Buffer.from('c');
}

async function read({ body }: Answer): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of body) all.push(piece);
  return Buffer.concat(all).toString();
}

const live = new AbortController().signal;

test('a body passes unchanged and is heard whole, without what a URL may hide', async () => {
  const tap = tapOn(upstream(pieces));
  const answer = await tap.upstream.post('http://me:secret@x/v1?key=secret', {}, '{}', live);
  assert.equal(await read(answer), 'abc');
  const [side] = tap.heard();
  assert.ok(side);
  assert.deepEqual([side.url, side.status, side.ended, textOf(side)], ['http://x/v1', 200, 'whole', 'abc']);
});

test('a body that breaks is heard as broken, one that is not read on as left', async () => {
  const broken = tapOn(
    upstream(async function* () {
      yield Buffer.from('a');
      throw new Error('reset');
    }),
  );
  await assert.rejects(read(await broken.upstream.post('http://x/', {}, '', live)), /reset/);
  assert.deepEqual([broken.heard()[0]?.ended, broken.heard()[0]?.reason], ['broken', 'reset']);

  const left = tapOn(upstream(pieces));
  for await (const _ of (await left.upstream.post('http://x/', {}, '', live)).body) break;
  assert.equal(left.heard()[0]?.ended, 'left');
});

test('closing it ends what still goes on, also where nobody listens to an abort any more', async () => {
  let ended = false;
  const tap = tapOn(
    upstream(async function* (gone) {
      yield Buffer.from('a');
      if (!gone.aborted) await once(gone, 'abort');
      ended = true;
    }),
  );
  const reading = read(await tap.upstream.post('http://x/', {}, '', live));
  await tap.upstream.close();
  await tap.settled(1000);
  await reading;
  assert.ok(ended);
  assert.equal(tap.heard()[0]?.ended, 'left');
});
