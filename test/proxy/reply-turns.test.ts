/** What a reply sends in one turn of the event loop is one chunk of the response. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeEvent, messageStart, usageOf, type StreamEvent } from '../../lib/anthropic/events.ts';
import { openReply, type ReplyTarget } from '../../lib/proxy/reply.ts';
import { manualClock } from '../support/clock.ts';

const start = messageStart('msg_1', 'm', usageOf(1));
const delta = (text: string): StreamEvent => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
});
const stop: StreamEvent = { type: 'message_stop' };

/** A response that keeps each write, and is full from the write that makes it hold so many characters. */
function target(room = Infinity) {
  const written: string[] = [];
  const res = Object.assign(new EventEmitter(), {
    req: {},
    headersSent: false,
    writableNeedDrain: false,
    writeHead: () => res,
    write(text: string) {
      written.push(text);
      res.writableNeedDrain = written.join('').length >= room;
      return !res.writableNeedDrain;
    },
    end: (text: string) => written.push(text),
  });
  const gone = new AbortController();
  const reply = openReply(res as unknown as ReplyTarget, 'req_1', 1000, gone.signal, manualClock());
  return { reply, written, gone };
}

test('the events of one turn are one write, in order', async () => {
  const { reply, written } = target();
  void reply.start(start);
  const sent = ['a', 'b', 'c'].map(delta);
  for (const event of sent) void reply.send([event]);
  assert.deepEqual(written, []);
  await setImmediate();
  assert.deepEqual(written, [[start, ...sent].map((event) => encodeEvent(event)).join('')]);
});

test('the end takes with it what the turn had to write', async () => {
  const { reply, written } = target();
  void reply.start(start);
  void reply.send([delta('a')]);
  void reply.send([stop]);
  assert.deepEqual(written, [[start, delta('a'), stop].map((event) => encodeEvent(event)).join('')]);
  await setImmediate();
  assert.equal(written.length, 1);
});

test('a turn that sends a lot is not kept until its end, and waits for a client that is full', async () => {
  const { reply, written } = target(200_000);
  void reply.start(start);
  const large = delta('x'.repeat(40_000));
  const waits = [1, 2, 3, 4, 5, 6].map(() => reply.send([large]) !== undefined);
  assert.deepEqual(waits, [false, false, false, false, false, true]);
  assert(written.length > 1 && written.every((text) => text.length < 120_000));
  reply.close();
});

test('nothing is written for a client that left in the same turn', async () => {
  const { reply, written, gone } = target();
  void reply.start(start);
  gone.abort();
  await setImmediate();
  assert.deepEqual(written, []);
  reply.close();
});
