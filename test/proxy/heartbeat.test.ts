/** Heartbeats: when pings are sent to a waiting client, between which events, and when none are sent (L11). */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeEvent, messageStart, usageOf, type StreamEvent } from '../../lib/anthropic/events.ts';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { messages } from '../../lib/emulator/formats/messages.ts';
import { call, say, think, wait } from '../../lib/emulator/script.ts';
import { openReply } from '../../lib/proxy/reply.ts';
import { manualClock } from '../support/clock.ts';
import { stretched } from '../support/limits.ts';
import { count, modelOf, proxyOver, requestBody, readUntil } from '../support/proxy.ts';

const late = { headersAfterMs: 150 };

test('a waiting client gets message_start and pings, then the second model’s answer', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    answers: [failing(refuse(503), late), failing([say('from second')], late)],
    heartbeatMs: 20,
  });
  const answer = over.send();
  await clock.reach(150);
  await clock.reach(150);
  const response = await answer;
  assert.equal(response.text, 'from second');
  assert.equal(count(response, 'message_start'), 1);
  assert(count(response, 'ping') > 1);
  assert.equal(response.events[0]?.type, 'message_start');
  assert.deepEqual(over.requestedModels(), ['first', 'second']);
  assert.equal(response.headers.get('x-occ-model'), null, 'the headers are sent before a model answers');
});

test('a failure after the first heartbeat is an error event in a 200 that names every model', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    answers: [failing(refuse(503), late), failing(refuse(401), late)],
    heartbeatMs: 20,
  });
  const answer = over.send();
  await clock.reach(150);
  await clock.reach(150);
  const response = await answer;
  assert.equal(response.status, 200);
  assert.equal(count(response, 'message_start'), 1);
  assert.equal(response.events.at(-1)?.type, 'error');
  assert.equal(response.error?.type, 'overloaded_error');
  assert.match(
    response.error.message,
    /^all models failed\n- emulator\/first: 503 .*\n- other\/second: 401 /,
  );
});

test('input usage from a late message_start is sent in message_delta', async () => {
  const counted = { input_tokens: 10, cache_read_input_tokens: 7, output_tokens: 1 };
  const events: StreamEvent[] = [
    messageStart('msg_1', 'm', counted),
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'counted' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 3 },
    },
    { type: 'message_stop' },
  ];
  const reply = {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: events.map(encodeEvent).join(''),
  };
  for (const headersAfterMs of [0, 300]) {
    const clock = manualClock();
    await using over = await proxyOver({
      clock,
      answers: [{ reply, faults: { headersAfterMs } }],
      format: 'messages',
      heartbeatMs: headersAfterMs === 0 ? 10_000 : 20,
    });
    const answer = over.send();
    if (headersAfterMs > 0) await clock.reach(headersAfterMs);
    const response = await answer;
    const [start, ending] = [
      response.events[0],
      response.events.find(({ type }) => type === 'message_delta'),
    ];
    assert(start?.type === 'message_start' && ending?.type === 'message_delta');
    const seen = { ...start.message.usage, ...ending.usage };
    assert.deepEqual(seen, { ...counted, output_tokens: 3 }, `${headersAfterMs} ms`);
  }
});

test('a failure before the heartbeat keeps its status', async () => {
  await using over = await proxyOver({ answers: [refuse(503), refuse(503)], heartbeatMs: 10_000 });
  assert.equal((await over.send()).status, 503);
});

test('an empty answer after the first heartbeat obeys the laws', async () => {
  const clock = manualClock();
  const answers = [failing([], late), failing([], late)];
  await using over = await proxyOver({ clock, answers, heartbeatMs: 20 });
  const answer = over.send();
  await clock.reach(150);
  await clock.reach(150);
  const response = await answer;
  assert.equal(response.stopReason, 'end_turn');
  assert.equal(count(response, 'message_start'), 1);
});

test('a request with stream: false gets no pings', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock, answers: [failing([say('whole')], late)], heartbeatMs: 5 });
  const answer = over.send(requestBody({ stream: false }));
  await clock.reach(150);
  const response = await answer;
  assert.equal(response.text, 'whole');
  assert.equal(response.headers.get('x-occ-model'), 'emulator/first');
});

test('pings are sent during pauses in a stream, also inside a content block', async () => {
  const clock = manualClock();
  const answers = [[say('one '), wait(150), say('two')]];
  await using over = await proxyOver({ clock, answers, heartbeatMs: 20 });
  const { text, reader } = await readUntil(await over.post(), '"one "');
  await clock.reach(150);
  let rest = text;
  for (let read = await reader.read(); !read.done; read = await reader.read())
    rest += new TextDecoder().decode(read.value);
  assert.match(rest, /"one "[^]*event: ping[^]*"two"[^]*event: content_block_stop/);
});

test('a stream without pauses gets no pings', async () => {
  await using over = await proxyOver({
    answers: [failing([say(Array(60).fill('x'))], { betweenEventsMs: 5 })],
    heartbeatMs: stretched(2000),
  });
  assert.equal(count(await over.send(), 'ping'), 0);
});

test('in a raw messages stream with constant heartbeats the data of every event is unchanged', async () => {
  const script = [
    think('let me think about it', 'c2lnbmVk'),
    say(['ä€😀', ' "quoted" \\ ', 'line\nbreak']),
    call('Write', { text: 'x'.repeat(40) }),
  ];
  await using over = await proxyOver({
    emulator: { flavour: 'plain' },
    answers: [failing(script, { betweenEventsMs: 12, writes: 11 })],
    models: [
      modelOf('first', {
        wire_format: 'messages',
        quirks: { genuineSignatures: true, unsignedThinking: false },
      }),
    ],
    heartbeatMs: 5,
  });
  const response = await over.send();
  const head = { id: 'x', model: 'first', created: 0, flavour: 'plain', inputTokens: 1 } as const;
  const sent = [...messages.stream(script, head)].flatMap((frame) =>
    frame.type === 'event' ? [/^data: (.*)$/m.exec(frame.text)?.[1] ?? ''] : [],
  );
  const unchanged = new Set([
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_stop',
  ]);
  const received = response.data.filter((data) => unchanged.has((JSON.parse(data) as { type: string }).type));
  const original = sent.filter((data) => unchanged.has((JSON.parse(data) as { type: string }).type));
  // Call ids are derived from the answer's id, which the test does not know.
  const withoutIds = (data: string) => data.replace(/toolu_[a-z0-9]+_/, 'toolu_');
  assert.deepEqual(received.map(withoutIds), original.map(withoutIds));
  assert(count(response, 'ping') > 5);
});

test('if heartbeat and answer coincide, there is one message_start and one answer', async () => {
  await using over = await proxyOver({ emulator: { script: () => [say('answer')] }, heartbeatMs: 1 });
  const answers = await Promise.all(Array.from({ length: 60 }, () => over.send()));
  for (const response of answers) {
    assert.equal(response.text, 'answer');
    assert.equal(count(response, 'message_start'), 1);
  }
});

test('an internal error ends the answer, before and after the first heartbeat', async () => {
  for (const heartbeatMs of [20, 10_000]) {
    const clock = manualClock();
    await using over = await proxyOver({
      clock,
      answers: [failing(refuse(503), late)],
      heartbeatMs,
      change: (settings) => ({
        ...settings,
        retry: {
          ...settings.retry,
          get attempts(): number {
            throw new Error('planted');
          },
        },
      }),
    });
    const answer = over.send();
    await clock.reach(150);
    const response = await answer;
    assert.equal(response.status, heartbeatMs === 20 ? 200 : 500);
    assert.equal(response.error?.type, 'api_error');
    assert.match(response.error.message, new RegExp(response.headers.get('request-id') ?? 'none'));
    assert.doesNotMatch(response.body, /planted/);
    assert.deepEqual(
      over.warnings().map(({ event }) => event),
      ['attempt', 'fault'],
    );
  }
});

/** A response that collects what is written, to a client that can stop reading. */
function slowReader(): { res: ServerResponse; written: string[]; reads: (yes: boolean) => void } {
  const written: string[] = [];
  const res = Object.assign(new EventEmitter(), {
    headersSent: false,
    writableNeedDrain: false,
    writeHead: () => res,
    write: (text: string) => written.push(text) > 0 && !res.writableNeedDrain,
    end: (text?: string) => (text === undefined ? 0 : written.push(text)),
  });
  const reads = (yes: boolean): void => {
    res.writableNeedDrain = !yes;
    if (yes) res.emit('drain');
  };
  return { res: res as unknown as ServerResponse, written, reads };
}

const start = messageStart('msg_1', 'm', usageOf(1));

test('a ping is sent after each silent heartbeat interval, and every event restarts the interval', async () => {
  const clock = manualClock();
  const { res, written } = slowReader();
  const reply = openReply(res, 'req_1', 10_000, new AbortController().signal, clock);
  await reply.start(start);
  const pings = (): number => written.filter((text) => text.startsWith('event: ping')).length;
  clock.advance(9998);
  assert.equal(pings(), 0);
  clock.advance(2);
  assert.equal(pings(), 1);
  clock.advance(9000);
  await reply.send([{ type: 'content_block_stop', index: 0 }]);
  clock.advance(9000);
  assert.equal(pings(), 1);
  clock.advance(1000);
  assert.equal(pings(), 2);
  clock.advance(3_600_000);
  assert.equal(pings(), 362);
  reply.close();
  assert.equal(clock.pending(), 0);
});

test('a client that does not read gets no pings, and a disconnected one gets nothing', async () => {
  const clock = manualClock();
  const { res, written, reads } = slowReader();
  const gone = new AbortController();
  const reply = openReply(res, 'req_1', 1000, gone.signal, clock);
  await reply.start(start);
  // What is sent in one turn is written at its end.
  await setImmediate();
  reads(false);
  const before = written.length;
  clock.advance(30_000);
  assert.equal(written.length, before);
  reads(true);
  clock.advance(30_000);
  assert(written.length > before);
  gone.abort();
  const after = written.length;
  clock.advance(30_000);
  assert.equal(written.length, after);
  reply.close();
});

test('nothing follows the end: no ping, no second end, no error', async () => {
  const clock = manualClock();
  const { res, written } = slowReader();
  const reply = openReply(res, 'req_1', 1000, new AbortController().signal, clock);
  await reply.start(start);
  await reply.send([{ type: 'message_stop' }]);
  const before = written.length;
  await reply.send([{ type: 'ping' }]);
  await reply.start(start);
  reply.refuse({ status: 500, type: 'api_error', message: 'late', permanent: false });
  clock.advance(30_000);
  assert.equal(written.length, before);
  assert.equal(clock.pending(), 0);
});

test('a write does not wait for a client that disconnects', async () => {
  const { res, reads } = slowReader();
  const gone = new AbortController();
  const reply = openReply(res, 'req_1', 10_000, gone.signal, manualClock());
  reads(false);
  const waiting = reply.start(start);
  gone.abort();
  await waiting;
  assert.equal(res.listenerCount('drain'), 0);
  reply.close();
});

test('an early message_start does not delay the next event', async () => {
  await using over = await proxyOver({ answers: [[wait(100), say('now'), wait(60_000)]], heartbeatMs: 20 });
  const { text } = await readUntil(await over.post(), '"now"');
  assert.match(text, /^event: message_start\n/);
});
