/** Answers that break off, stall or are malformed, at every position (P1, P2, P6). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { failing, nothing, refuse, webPage, type Answer } from '../../lib/emulator/answer.ts';
import type { Break, Faults } from '../../lib/emulator/faults.ts';
import type { Part } from '../../lib/emulator/formats/format.ts';
import * as emulatedFormats from '../../lib/emulator/formats/table.ts';
import { call, say, think, wait, type Script } from '../../lib/emulator/script.ts';
import { manualClock } from '../support/clock.ts';
import { hangMs, stretched } from '../support/limits.ts';
import { count, modelOf, proxyOver, requestBody, waitUntil, withUnhurriedSecond } from '../support/proxy.ts';

const formats = { ...emulatedFormats };
type Format = keyof typeof formats;
const ways = (Object.keys(formats) as Format[]).flatMap((format) =>
  [true, false].map((stream) => ({ format, stream, way: `${format}, ${stream ? 'streamed' : 'whole'}` })),
);
const script: Script = [say(['first ', 'half', ' and more', ' and the rest'])];

const head = { id: 'x', model: 'm', created: 1_700_000_000, flavour: 'go', inputTokens: 1 } as const;

/** The number of events of the script's stream up to and including the last one of `part`. */
function eventsUpTo(format: Format, part: Part, from = script): number {
  const parts = [...formats[format].stream(from, head)].flatMap((frame) =>
    frame.type === 'event' ? [frame.part] : [],
  );
  return parts.lastIndexOf(part) + 1;
}

/** The number of bytes of the script's stream before the middle of its last content event. */
function insideOf(format: Format): number {
  const frames = [
    ...formats[format].stream(script, { ...head, id: 'mws0000000001', model: 'first' }),
  ].flatMap((frame) => (frame.type === 'event' ? [frame] : []));
  const last = frames.findLastIndex(({ part }) => part === 'content');
  const before = frames.slice(0, last).reduce((sum, { text }) => sum + text.length, 0);
  return before + Math.floor((frames[last]?.text.length ?? 0) / 2);
}

/** Timeout in milliseconds that only the faults of these tests reach. */
const short = 60;

/** Milliseconds in which an answer that is not meant to be silent arrives, also on a busy machine. */
const limitMs = stretched(400);

const hows = ['cut', 'hang-up', 'reset', 'silence'] as const satisfies Break['how'][];

/** Answers that fail before any content. */
function failuresBeforeContent(format: Format): Record<string, Answer> {
  const failed: Record<string, Answer> = {
    'an empty body': nothing(),
    'a web page': webPage(),
    'an error in a 200': {
      reply: { status: 200, body: '{"type":"error","error":{"type":"GoUsageLimitError","message":"spent"}}' },
    },
    'an error as the first event': failing(script, { errorEvent: { at: { events: 0 } } }),
    'an error before content': failing(script, { errorEvent: { at: { deltas: 0 } } }),
    'a broken first event': failing(script, { brokenJson: { events: 0 } }),
    'a broken event before content': failing(script, { brokenJson: { deltas: 0 } }),
    'half a JSON document': failing(script, { shape: 'whole', breaks: { at: { bytes: 40 }, how: 'cut' } }),
    'an empty JSON object': { reply: { status: 200, body: '{}' } },
    'gzip that is cut short': failing(script, {
      gzip: 'declared',
      breaks: { at: { bytes: 20 }, how: 'cut' },
    }),
    'invalid gzip': { reply: { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'hello' } },
    'plain text': {
      reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: 'hello' },
    },
    'a finished answer without content': { script: [] },
    'silence after the headers': failing(script, { firstEventAfterMs: 60_000 }),
    'silence before the headers': failing(script, { headersAfterMs: 60_000 }),
    'comments only': failing([wait(60_000)], {}),
  };
  for (const how of hows) {
    failed[`${how} before the headers`] = failing(script, { breaks: { at: 'before-headers', how } });
    failed[`${how} after the headers`] = failing(script, { breaks: { at: { events: 0 }, how } });
    failed[`${how} before content`] = failing(script, { breaks: { at: { deltas: 0 }, how } });
    failed[`${how} inside the first event`] = failing(script, { breaks: { at: { bytes: 9 }, how } });
  }
  if (format === 'chat') delete failed['an empty JSON object'];
  return failed;
}

for (const { format, stream, way } of ways) {
  test(`after a failure before content the second model answers, and the client sees no failure: ${way}`, async () => {
    await Promise.all(
      Object.entries(failuresBeforeContent(format)).map(async ([name, answer]) => {
        await using over = await proxyOver({
          answers: [answer, [say('from second')]],
          format,
          timeouts: { headersMs: limitMs, firstEventMs: limitMs, idleMs: limitMs },
          // On a busy machine the second model may take longer than that.
          change: withUnhurriedSecond,
        });
        const response = await over.send(requestBody({ stream }));
        assert.equal(response.status, 200, `${name}: ${response.body}`);
        assert.equal(response.text, 'from second', name);
        assert.deepEqual(over.requestedModels(), ['first', 'second'], name);
        assert.equal(response.headers.get('x-occ-model'), 'other/second', name);
        if (stream) assert.equal(count(response, 'message_start'), 1, name);
        await over.attemptsLogged(2);
        const first = over.log.find(({ event }) => event === 'attempt');
        assert.match(String(first?.['outcome']), /^(?:failed|refused)$/, name);
      }),
    );
  });

  test(`a failure after content is one error event in a stream, and a fallback with stream: false: ${way}`, async () => {
    const failures: Record<string, Faults> = {
      'an error event': { errorEvent: { at: { deltas: 2 }, type: 'overloaded_error', message: 'too busy' } },
      'an error event followed by others': { errorEvent: { at: { deltas: 2 }, continues: true } },
      'a broken event': { brokenJson: { deltas: 2 } },
      'no finish and no end': { omit: ['finish', 'end'] },
    };
    const last = eventsUpTo(format, 'content');
    for (const how of hows) failures[how] = { breaks: { at: { deltas: 2 }, how } };
    for (const how of hows) failures[`${how} before the finish`] = { breaks: { at: { events: last }, how } };
    for (const how of hows) {
      failures[`${how} in mid-event`] = { breaks: { at: { bytes: insideOf(format) }, how }, writes: 7 };
    }
    await Promise.all(
      Object.entries(failures).map(async ([name, faults]) => {
        await using over = await proxyOver({
          answers: [failing(script, faults), [say('from second')]],
          format,
          timeouts: { idleMs: stretched(300) },
          change: withUnhurriedSecond,
        });
        const response = await over.send(requestBody({ stream }));
        assert.equal(response.status, 200, name);
        if (!stream) {
          assert.equal(response.text, 'from second', name);
          assert.deepEqual(over.requestedModels(), ['first', 'second'], name);
          return;
        }
        assert.deepEqual(over.requestedModels(), ['first'], name);
        assert.equal(count(response, 'error'), 1, name);
        assert.equal(response.events.at(-1)?.type, 'error', name);
        assert.equal(response.stopReason, null, name);
        assert('first half and more and the rest'.startsWith(response.text), `${name}: ${response.text}`);
        assert(response.text.startsWith('first half'), `${name}: ${response.text}`);
        assert.match(
          response.error?.message ?? '',
          /^emulator\/first broke off its answer: .*\nNext: occ why req_\w+$/,
          name,
        );
        // The log must not report models that were never tried either.
        const refused = over.log.find(({ event }) => event === 'refused');
        assert.equal(refused?.['type'], response.error?.type, name);
        assert.equal(over.proxy.stats().lastError?.message, response.error?.message.split('\n', 1)[0], name);
        assert.equal(response.headers.get('x-occ-model'), 'emulator/first', name);
      }),
    );
  });

  test(`a failure after the finish is ignored: ${way}`, async () => {
    const failures: Record<string, Faults> = {
      'no end': { omit: ['end'] },
      'no usage': { omit: ['usage'] },
      'neither usage nor end': { omit: ['usage', 'end'] },
    };
    const finished = eventsUpTo(format, 'finish');
    // Responses and Gemini send the finish and the end in one event.
    const ended = Math.max(finished, eventsUpTo(format, 'end'));
    for (const how of hows) {
      failures[`${how} after the finish`] = { breaks: { at: { events: finished }, how } };
      failures[`${how} after the end`] = { breaks: { at: { events: ended }, how } };
    }
    failures['an error after the finish'] = { errorEvent: { at: { events: finished } } };
    failures['a broken event after the finish'] = { brokenJson: { events: finished } };
    await Promise.all(
      Object.entries(failures).map(async ([name, faults]) => {
        await using over = await proxyOver({ answers: [failing(script, faults)], format });
        const response = await over.send(requestBody({ stream }));
        assert.equal(response.text, 'first half and more and the rest', `${name}: ${response.body}`);
        assert.equal(response.stopReason, 'end_turn', name);
        assert.equal(response.error, undefined, name);
        assert.deepEqual(over.requestedModels(), ['first'], name);
        await over.attemptsLogged(1);
        assert.deepEqual(over.warnings(), [], name);
        assert.equal(over.proxy.stats().failures, 0, name);
      }),
    );
  });

  test(`unusual but valid answers are read: ${way}`, async () => {
    const variants: Record<string, Faults> = {
      'gzip, declared': { gzip: 'declared' },
      'gzip, undeclared': { gzip: 'undeclared' },
      'gzip, undeclared, byte by byte': { gzip: 'undeclared', writes: 1 },
      'byte by byte': { writes: 1 },
      'all at once': { writes: 'together' },
      'one JSON document instead of a stream': { shape: 'whole' },
      'a stream instead of one JSON document': { shape: 'stream' },
      'a wrong content type': { headers: { 'content-type': 'text/html' } },
      'comments within events': { comments: { every: 1, inside: true } },
      CRLF: { lineEnd: '\r\n' },
    };
    await Promise.all(
      Object.entries(variants).map(async ([name, faults]) => {
        await using over = await proxyOver({ answers: [failing(script, faults)], format });
        const response = await over.send(requestBody({ stream }));
        assert.equal(response.text, 'first half and more and the rest', `${name}: ${response.body}`);
        assert.equal(response.stopReason, 'end_turn', name);
      }),
    );
  });

  test(`empty answers from every model give an empty answer, one failure among them an error: ${way}`, async () => {
    await using empty = await proxyOver({ answers: [[], []], format });
    const response = await empty.send(requestBody({ stream }));
    assert.equal(response.status, 200);
    assert.equal(response.stopReason, 'end_turn');
    assert.equal(response.text, '');
    assert.equal(response.headers.get('x-occ-model'), 'other/second');
    assert.equal(response.headers.get('x-occ-attempts'), '2');
    assert.deepEqual(empty.requestedModels(), ['first', 'second']);

    await using mixed = await proxyOver({ answers: [[], refuse(503)], format });
    assert.equal((await mixed.send(requestBody({ stream }))).status, 503);
  });

  test(`the message about a timeout names its setting: ${way}`, async () => {
    const limits: [RegExp, Faults, object][] = [
      [/within 0.06 s \(timeout_ms/, { headersAfterMs: 60_000 }, { headersMs: short }],
      [/within 0.06 s \(first_event_timeout_ms\)/, { firstEventAfterMs: 60_000 }, { firstEventMs: short }],
      [
        /silent for 0.06 s \(stream_idle_timeout_ms\)/,
        { breaks: { at: { deltas: 0 }, how: 'silence' } },
        { idleMs: short },
      ],
    ];
    // The chat stream has no event before content, so the first-event timeout still runs there.
    if (format === 'chat') limits.pop();
    for (const [message, faults, timeouts] of limits) {
      const clock = manualClock();
      await using over = await proxyOver({
        clock,
        answers: [failing(script, faults)],
        models: [modelOf('first', { wire_format: format })],
        timeouts,
      });
      const answer = over.send(requestBody({ stream }));
      await over.emulator.received(1);
      await clock.reach(short);
      const response = await answer;
      assert.deepEqual([response.status, response.error?.type], [504, 'timeout_error'], String(message));
      assert.match(response.error?.message ?? '', message);
      assert.equal(response.headers.get('x-should-retry'), null);
      const received = await over.emulator.received(1);
      assert.equal((await received.ended).how, 'aborted');
    }
  });

  test(`a tool call that breaks off is never complete, and never repeated by another model: ${way}`, async () => {
    const calls: Script = [call('Write', { path: 'a', text: 'b'.repeat(200) })];
    // Gemini sends a call in one piece, so nothing of a call that breaks off arrives.
    const at = format === 'gemini' ? { bytes: 400 } : { deltas: 3 };
    await using over = await proxyOver({
      answers: [failing(calls, { breaks: { at, how: 'reset' } }), [say('from second')]],
      format,
    });
    const response = await over.send(requestBody({ stream }));
    if (stream && format !== 'gemini') {
      assert.equal(count(response, 'error'), 1);
      assert.equal(count(response, 'content_block_stop'), 0);
    } else assert.equal(response.text, 'from second');
  });
}

test('thinking counts as content: a failure after it is sent to the client', async () => {
  await using over = await proxyOver([
    failing([think('let me see'), say('x')], { breaks: { at: { deltas: 1 }, how: 'reset' } }),
    [say('from second')],
  ]);
  const response = await over.send();
  assert.equal(count(response, 'error'), 1);
  assert.deepEqual(over.requestedModels(), ['first']);
});

test('a chunk without content counts as the first event', async () => {
  // Thinking models open the stream at once and then think, which only the idle timeout limits.
  const clock = manualClock();
  const timeouts = { firstEventMs: 150, idleMs: 5000 };
  const answers = [[wait(500), say('thought through')]];
  await using over = await proxyOver({ clock, answers, timeouts });
  const answer = over.send();
  await waitUntil(() => clock.due().includes(500), 'the upstream to have sent it');
  // Both ends of its connection are in this process: it arrives within a few turns of the event loop.
  for (let turn = 0; turn < 50; turn++) await setImmediate();
  await clock.reach(500);
  const response = await answer;
  assert.equal(response.text, 'thought through');
  assert.deepEqual(over.requestedModels(), ['first']);
});

test('endless comments after the finish do not keep an answer open', async (t) => {
  const upToTheFinish = [...formats.chat.stream(script, head)]
    .flatMap((frame) => (frame.type === 'event' ? [frame.text] : []))
    .slice(0, eventsUpTo('chat', 'finish'));
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(upToTheFinish.join(''));
    const comments = setInterval(() => res.write(': keep-alive\n\n'), 200);
    res.once('close', () => clearInterval(comments));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await using over = await proxyOver({
    provider: { endpoints: { chat: `http://127.0.0.1:${port}/v1/chat/completions` } },
  });
  const response = await over.send(requestBody(), { signal: AbortSignal.timeout(hangMs) });
  assert.equal(response.stopReason, 'end_turn');
});
