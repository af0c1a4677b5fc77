/** How a batch is brought to a collector that fails, is slow, or refuses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UpstreamError } from '../../lib/proxy/upstream-error.ts';
import type { Answer } from '../../lib/proxy/upstream.ts';
import { deliver, type Delivered, type DeliveryOptions } from '../../lib/traces/delivery.ts';
import { manualClock } from '../support/clock.ts';

const destination = { url: 'http://127.0.0.1:4318/v1/traces', headers: { a: 'b' }, timeoutMs: 10_000 };
const refused = new UpstreamError('connect', '127.0.0.1:4318 refused the connection', {});

/** An answer of the collector, or what happens instead of one. */
type Play = Error | 'silence' | { status: number; headers?: Record<string, string>; body?: string };

function collector(plays: readonly Play[], more: Partial<DeliveryOptions> = {}) {
  const clock = manualClock();
  const [closing, ended] = [new AbortController(), new AbortController()];
  const posts: string[] = [];
  const post = async (url: string, headers: object, body: string, signal: AbortSignal): Promise<Answer> => {
    assert.equal(url, destination.url);
    assert.deepEqual(headers, destination.headers);
    const play = plays[posts.push(body) - 1] ?? { status: 200 };
    if (play instanceof Error) throw play;
    if (play === 'silence')
      return new Promise((_resolve, reject) => {
        const fail = (): void => reject(new Error('aborted'));
        if (signal.aborted) fail();
        signal.addEventListener('abort', fail);
      });
    return {
      status: play.status,
      headers: play.headers ?? {},
      body: { read: async (take) => void (await take(Buffer.from(play.body ?? '{}'))) },
    };
  };
  const sent: Promise<Delivered> = deliver('the body', 7, {
    destination,
    upstream: async () => ({ post }),
    clock,
    random: () => 0,
    closing: closing.signal,
    ended: ended.signal,
    ...more,
  });
  return { clock, posts, sent, closing, ended };
}

const all = { lost: 0 } as const;

test('one request, and nothing waits after it', async () => {
  const { sent, posts, clock } = collector([{ status: 200 }]);
  assert.deepEqual(await sent, all);
  assert.deepEqual(posts, ['the body']);
  assert.equal(clock.pending(), 0);
});

describe('sent again', () => {
  for (const status of [429, 502, 503, 504])
    test(`after ${status}`, async () => {
      const { sent, posts, clock } = collector([{ status }]);
      await clock.reach(1000);
      assert.deepEqual(await sent, all);
      assert.equal(posts.length, 2);
    });

  test('when there is no connection, after longer and longer waits, five times in all', async () => {
    const { sent, posts, clock } = collector([refused, refused, refused, refused, refused]);
    for (const ms of [1000, 2000, 4000, 8000]) await clock.reach(ms);
    assert.deepEqual(await sent, { lost: 7, reason: refused.message });
    assert.equal(posts.length, 5);
  });

  test('chance makes a wait up to a half shorter', async () => {
    const { sent, clock } = collector([refused], { random: () => 0.5 });
    await clock.reach(750);
    assert.deepEqual(await sent, all);
  });

  test('when the time limit is over', async () => {
    const { sent, posts, clock } = collector(['silence']);
    await clock.reach(10_000);
    await clock.reach(1000);
    assert.deepEqual(await sent, all);
    assert.equal(posts.length, 2);
  });

  test('when the collector says so, in seconds or as a date, for a minute at most', async () => {
    const { sent, posts, clock } = collector([
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503, headers: { 'retry-after': new Date(1_700_000_000_000 + 20_000).toUTCString() } },
      { status: 503, headers: { 'retry-after': '86400' } },
    ]);
    for (const ms of [7000, 13_000, 60_000]) await clock.reach(ms);
    assert.deepEqual(await sent, all);
    assert.equal(posts.length, 4);
  });
});

describe('not sent again', () => {
  for (const status of [301, 400, 401, 404, 413, 500, 501])
    test(`after ${status}`, async () => {
      const { sent, posts } = collector([{ status, body: 'words that quote the request' }]);
      assert.deepEqual(await sent, { lost: 7, reason: `127.0.0.1:4318 answered with status ${status}` });
      assert.equal(posts.length, 1);
    });

  test('when the collector took some of them', async () => {
    const body = JSON.stringify({ partialSuccess: { rejectedSpans: '3', errorMessage: 'words' } });
    const { sent, posts } = collector([{ status: 200, body }]);
    assert.deepEqual(await sent, { lost: 3, reason: '127.0.0.1:4318 refused 3 spans' });
    assert.equal(posts.length, 1);
  });

  for (const body of [
    '',
    'no JSON',
    '[]',
    '{"partialSuccess":null}',
    '{"partialSuccess":{"errorMessage":"a warning"}}',
  ])
    test(`when it took all of them and answered ${body || 'nothing'}`, async () =>
      assert.deepEqual(await collector([{ status: 200, body }]).sent, all));
});

describe('when the proxy ends', () => {
  test('a wait is over at once, and there is one more try', async () => {
    const { sent, posts, clock, closing } = collector([refused, refused]);
    while (clock.pending() === 0) await new Promise(setImmediate);
    closing.abort();
    assert.deepEqual(await sent, { lost: 7, reason: refused.message });
    assert.equal(posts.length, 2);
    assert.equal(clock.pending(), 0);
  });

  test('a request in progress may finish, until even that is over', async () => {
    const { sent, posts, clock, closing, ended } = collector(['silence']);
    closing.abort();
    ended.abort();
    assert.deepEqual(await sent, { lost: 7, reason: '127.0.0.1:4318 has not answered before occ ended' });
    assert.equal(posts.length, 1);
    assert.equal(clock.pending(), 0);
  });
});
