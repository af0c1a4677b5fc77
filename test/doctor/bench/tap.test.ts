/** Tests that the tap changes nothing and records how each request ended. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { textOf } from '../../../lib/doctor/bench/recorded-response.ts';
import { createTap } from '../../../lib/doctor/bench/tap.ts';
import { bodyOf } from '../../support/bodies.ts';
import type { Answer, Upstream } from '../../../lib/proxy/upstream.ts';

function upstream(body: (signal: AbortSignal) => AsyncIterable<Uint8Array>): Upstream {
  const post: Upstream['post'] = async (_url, _headers, _body, signal) => ({
    status: 200,
    headers: { server: 'x' },
    body: bodyOf(body(signal)),
  });
  return { post, get: () => Promise.reject(new Error('not expected')), close: async () => {} };
}

async function* chunks(): AsyncIterable<Uint8Array> {
  yield Buffer.from('ab');
  yield Buffer.from('c');
}

async function read({ body }: Answer): Promise<string> {
  const all: Uint8Array[] = [];
  await body.read((chunk) => all.push(chunk) > 0);
  return Buffer.concat(all).toString();
}

const signal = new AbortController().signal;

test('a body passes unchanged and is recorded, without the secrets of the URL', async () => {
  const tap = createTap(upstream(chunks));
  const answer = await tap.upstream.post('http://me:secret@x/v1?key=secret', {}, '{}', signal);
  assert.equal(await read(answer), 'abc');
  const [side] = tap.requests();
  assert.ok(side);
  assert.deepEqual(
    [side.url, side.status, side.ended, textOf(side)],
    ['http://x/v1', 200, 'complete', 'abc'],
  );
});

test('a body that breaks is recorded as broken, one that is not read to its end as aborted', async () => {
  const broken = createTap(
    upstream(async function* () {
      yield Buffer.from('a');
      throw new Error('reset');
    }),
  );
  await assert.rejects(read(await broken.upstream.post('http://x/', {}, '', signal)), /reset/);
  assert.deepEqual([broken.requests()[0]?.ended, broken.requests()[0]?.reason], ['broken', 'reset']);

  const aborted = createTap(upstream(chunks));
  await (await aborted.upstream.post('http://x/', {}, '', signal)).body.read(() => false);
  assert.equal(aborted.requests()[0]?.ended, 'aborted');
});

test('closing the tap ends running requests, also if the upstream misses the abort', async () => {
  let ended = false;
  const tap = createTap(
    upstream(async function* (upstreamSignal) {
      yield Buffer.from('a');
      if (!upstreamSignal.aborted) await once(upstreamSignal, 'abort');
      ended = true;
    }),
  );
  const reading = read(await tap.upstream.post('http://x/', {}, '', signal));
  await tap.upstream.close();
  await tap.idle(1000);
  await reading;
  assert.ok(ended);
  assert.equal(tap.requests()[0]?.ended, 'aborted');
});
