/** Tests every fault in every format from the client's side of the connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { failing, inTurn, nothing, refuse, webPage } from '../../lib/emulator/answer.ts';
import type { Faults } from '../../lib/emulator/faults.ts';
import { filler, say, type Script } from '../../lib/emulator/script.ts';
import {
  longWaitMs,
  bounded,
  formats,
  paths,
  post,
  postRaw,
  question,
  withEmulator,
  type Path,
} from './support.ts';

const script: Script = [say('Größe 🙂, in a number of deltas that is large enough.')];

/** The body of an answer, without the values that differ between answers. */
async function body(format: Path, faults: Faults = {}): Promise<string> {
  return withEmulator({ script: () => script, faults }, async (emulator) =>
    withoutIds(await (await post(emulator, format)).text()),
  );
}

function withoutIds(text: string): string {
  return text
    .replace(/(chatcmpl-|msg_|resp_|"responseId":"|"thoughtSignature":")\w+/g, '$1id')
    .replace(/"(created|created_at|completed_at)":\d+/g, '"$1":0');
}

const eventsOf = (text: string): string[] => text.split('\n\n').filter((event) => event !== '');

/** The sizes of the chunks of a body (RFC 9112, 7.1), without the last, empty one. */
function chunkSizes(raw: string): number[] {
  const sizes: number[] = [];
  let at = raw.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const line = raw.slice(at, raw.indexOf('\r\n', at));
    const size = Number.parseInt(line, 16);
    if (!size) return sizes;
    sizes.push(size);
    at += line.length + 2 + size + 2;
  }
}

const lastEvents: Record<Path, string> = {
  chat: 'data: [DONE]',
  messages: 'event: message_stop',
  responses: 'event: response.completed',
  gemini: '"finishReason":"STOP"',
};
const finishes: Record<Path, string> = {
  chat: '"finish_reason":"stop"',
  messages: '"stop_reason":"end_turn"',
  responses: '"type":"response.completed"',
  gemini: '"finishReason":"STOP"',
};

for (const format of formats) {
  const lastEvent = lastEvents[format];
  const finish = finishes[format];

  test(`a cut after events, deltas or bytes ends the body regularly: ${format}`, bounded, async () => {
    const complete = await body(format);
    assert.ok(complete.includes(lastEvent) && complete.includes(finish));
    assert.equal(
      await body(format, { breaks: { at: { events: 3 }, how: 'cut' } }),
      eventsOf(complete)
        .slice(0, 3)
        .map((event) => `${event}\n\n`)
        .join(''),
    );
    const cutOff = await body(format, { breaks: { at: { deltas: 2 }, how: 'cut' } });
    assert.equal(cutOff.match(/"(?:content|text|delta)":"[^"]/g)?.length, 2);
    const answer = await withEmulator(
      { script: () => script, faults: { breaks: { at: { bytes: 700 }, how: 'cut' } } },
      async (emulator) => (await post(emulator, format)).arrayBuffer(),
    );
    assert.equal(answer.byteLength, 700);
  });

  test(`a reset, a hang-up and a cut differ on the socket: ${format}`, bounded, async () => {
    const at = { deltas: 2 };
    const seen: Record<string, { closed: string; ended: boolean; data: boolean }> = {};
    for (const how of ['cut', 'hang-up', 'reset'] as const) {
      const raw = await withEmulator({ script: () => script, faults: { breaks: { at, how } } }, (emulator) =>
        postRaw(emulator, format),
      );
      seen[how] = {
        closed: raw.closed,
        ended: raw.text.endsWith('0\r\n\r\n'),
        data: raw.text.includes('data: '),
      };
    }
    assert.deepEqual(seen, {
      cut: { closed: 'end', ended: true, data: true },
      'hang-up': { closed: 'end', ended: false, data: true },
      reset: { closed: 'ECONNRESET', ended: false, data: true },
    });
  });

  test(`a reset before the headers sends nothing: ${format}`, bounded, async () => {
    const faults: Faults = { breaks: { at: 'before-headers', how: 'reset' } };
    const raw = await withEmulator({ script: () => script, faults }, (emulator) => postRaw(emulator, format));
    assert.deepEqual(raw, { text: '', closed: 'ECONNRESET' });
  });

  test(`an error event replaces the rest or precedes it: ${format}`, bounded, async () => {
    const errorEvent = { at: { deltas: 1 }, type: 'overloaded_error', message: 'too much' };
    const cutOff = eventsOf(await body(format, { errorEvent }));
    assert.match(cutOff.at(-1) ?? '', /"overloaded_error"/);
    assert.match(cutOff.at(-1) ?? '', /"too much"/);
    assert.doesNotMatch(cutOff.join(), new RegExp(lastEvent.replace(/[[\]]/g, '\\$&')));
    const continued = await body(format, { errorEvent: { ...errorEvent, continues: true } });
    assert.ok(continued.includes('overloaded_error') && continued.includes(lastEvent));
    const first = eventsOf(await body(format, { errorEvent: { at: { events: 0 } } }));
    assert.equal(first.length, 1);
  });

  test(`endings can be omitted: ${format}`, bounded, async () => {
    // Responses and Gemini send both in one event.
    if (format !== 'responses' && format !== 'gemini') {
      const noEnd = await body(format, { omit: ['end'] });
      assert.ok(!noEnd.includes(lastEvent) && noEnd.includes(finish));
    }
    const noFinish = await body(format, { omit: ['finish', 'end'] });
    assert.ok(!noFinish.includes(lastEvent) && !noFinish.includes(finish));
  });

  test(`one event can contain half of its JSON: ${format}`, bounded, async () => {
    const events = eventsOf(await body(format, { brokenJson: { deltas: 1 } }));
    const broken = events.filter((event) => {
      const data = /^data: (.*)$/m.exec(event)?.[1] ?? '';
      if (data === '[DONE]') return false;
      try {
        JSON.parse(data);
        return false;
      } catch {
        return true;
      }
    });
    assert.equal(broken.length, 1);
    assert.equal(events.length, eventsOf(await body(format)).length);
  });

  test(`line ends, comments and write sizes do not change the events: ${format}`, bounded, async () => {
    const complete = await body(format);
    assert.equal((await body(format, { lineEnd: '\r\n' })).replaceAll('\r\n', '\n'), complete);
    assert.equal((await body(format, { lineEnd: '\r' })).replaceAll('\r', '\n'), complete);
    const between = await body(format, { comments: { every: 2 } });
    assert.equal(between.replaceAll(': keep-alive\n\n', ''), complete);
    assert.equal(between.split(': keep-alive').length - 1, Math.ceil(eventsOf(complete).length / 2));
    const inside = await body(format, { comments: { every: 1, inside: true, text: 'x' } });
    assert.equal(inside.replaceAll(': x\ndata:', 'data:'), complete);
    assert.equal(await body(format, { writes: 1 }), complete);
    assert.equal(await body(format, { writes: 'together' }), complete);
  });

  test(`the size of writes decides what is sent at once: ${format}`, bounded, async () => {
    const sizes = async (faults: Faults): Promise<number[]> => {
      const raw = await withEmulator({ script: () => script, faults }, (emulator) =>
        postRaw(emulator, format),
      );
      return chunkSizes(raw.text);
    };
    const bytewise = await sizes({ writes: 1 });
    assert.deepEqual([...new Set(bytewise)], [1]);
    const together = await sizes({ writes: 'together' });
    assert.equal(together.length, 1);
    // Ids may differ in length, but not by much.
    assert.ok(Math.abs((together[0] ?? 0) - bytewise.length) < 50);
    assert.equal((await sizes({})).length, eventsOf(await body(format)).length);
  });

  test(`gzip, declared or not: ${format}`, bounded, async () => {
    const complete = await body(format);
    assert.equal(await body(format, { gzip: 'declared' }), complete);
    await withEmulator({ script: () => script, faults: { gzip: 'undeclared' } }, async (emulator) => {
      const response = await post(emulator, format);
      assert.equal(response.headers.get('content-encoding'), null);
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(withoutIds(gunzipSync(bytes).toString()), complete);
    });
  });

  test(`JSON instead of a stream, and the reverse: ${format}`, bounded, async () => {
    await withEmulator({ script: () => script, faults: { shape: 'whole' } }, async (emulator) => {
      const response = await post(emulator, format);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.match(JSON.stringify(await response.json()), /Größe/);
    });
    await withEmulator({ script: () => script, faults: { shape: 'stream' } }, async (emulator) => {
      const response = await post(emulator, format, question('hello', { stream: false }));
      assert.equal(response.headers.get('content-type'), 'text/event-stream');
      assert.ok((await response.text()).includes(lastEvent));
    });
  });

  test(`an endless silence lasts until the client disconnects: ${format}`, bounded, async () => {
    for (const at of ['before-headers', { deltas: 1 }] as const) {
      await withEmulator(
        { script: () => script, faults: { breaks: { at, how: 'silence' } } },
        async (emulator) => {
          const disconnect = new AbortController();
          const pending = post(emulator, format, question('hello'), { signal: disconnect.signal });
          if (at !== 'before-headers') assert.equal((await pending).status, 200);
          const received = await emulator.received(1);
          assert.equal(received.ending, undefined);
          disconnect.abort();
          if (at === 'before-headers') await assert.rejects(pending);
          assert.equal((await received.ended).how, 'aborted');
        },
      );
    }
  });

  test(`silences are where they were requested: ${format}`, bounded, async () => {
    const arrived = async (faults: Faults, isSilent: boolean): Promise<string> =>
      withEmulator({ script: () => script, faults }, async (emulator) => {
        const response = await post(emulator, format);
        const reader = response.body?.getReader();
        const first = reader?.read();
        await emulator.received(1);
        // An event that is sent too early arrives within this time.
        if (isSilent) await new Promise((resolve) => setTimeout(resolve, 50));
        else await first;
        await emulator.close();
        const seen = await first?.catch(() => undefined);
        return new TextDecoder().decode(seen?.value);
      });
    assert.equal(await arrived({ firstEventAfterMs: longWaitMs }, true), '');
    assert.equal(eventsOf(await arrived({ betweenEventsMs: longWaitMs }, false)).length, 1);
    await withEmulator({ script: () => script, faults: { headersAfterMs: longWaitMs } }, async (emulator) => {
      const pending = post(emulator, format);
      await emulator.received(1);
      await emulator.close();
      await assert.rejects(pending);
    });
  });

  test(`a slow reader causes backpressure: ${format}`, bounded, async () => {
    await withEmulator({ script: () => [say(filler(1e9, 1e6))] }, async (emulator) => {
      const disconnect = new AbortController();
      const response = await post(emulator, format, question('hello'), { signal: disconnect.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      const received = await emulator.received(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      disconnect.abort();
      const { how, bytes } = await received.ended;
      assert.equal(how, 'aborted');
      assert.ok(bytes < 32e6, `${bytes} bytes were written although the client does not read`);
    });
  });

  test(`a large answer arrives completely: ${format}`, bounded, async () => {
    // Responses repeats the text three times.
    const pieces = format === 'responses' ? /"delta":"([^"]+)"/g : /"(?:content|text)":"([^"]+)"/g;
    await withEmulator({ script: () => [say(filler(3e6, 10_000))] }, async (emulator) => {
      const text = await (await post(emulator, format)).text();
      const deltas = [...text.matchAll(pieces)].map(([, piece]) => JSON.parse(`"${piece}"`) as string);
      assert.equal(deltas.join('').length, 3e6);
    });
  });

  test(`refusals, web pages and empty bodies: ${format}`, bounded, async () => {
    const answers = [
      refuse(429, { type: 'GoUsageLimitError', retryAfterSeconds: 42, metadata: { limitName: 'weekly' } }),
      webPage(),
      nothing(),
      failing([say('hello')], { headers: { 'x-extra': 'yes' } }),
    ];
    await withEmulator({ script: inTurn(answers) }, async (emulator) => {
      const refused = await post(emulator, format);
      assert.equal(refused.status, 429);
      assert.equal(refused.headers.get('retry-after'), '42');
      assert.deepEqual(await refused.json(), {
        type: 'error',
        error: { type: 'GoUsageLimitError', message: 'emulated 429' },
        metadata: { limitName: 'weekly' },
      });
      const web = await post(emulator, format);
      assert.equal(web.status, 200);
      assert.match(await web.text(), /^<!DOCTYPE html>/);
      assert.equal(await (await post(emulator, format)).text(), '');
      const extra = await post(emulator, format);
      assert.equal(extra.headers.get('x-extra'), 'yes');
      assert.match(await extra.text(), /hell/);
      const tooMany = await post(emulator, format);
      assert.equal(tooMany.status, 500);
      assert.match(await tooMany.text(), /no answer was scripted for request 5/);
    });
  });
}

test(
  'faults of the emulator and of one answer are combined, and those of the answer take precedence',
  bounded,
  async () => {
    const answer = failing(script, { lineEnd: '\r' });
    await withEmulator(
      { script: () => answer, faults: { lineEnd: '\r\n', omit: ['end'] } },
      async (emulator) => {
        const text = await (
          await fetch(emulator.url + paths.chat, { method: 'POST', body: JSON.stringify(question('x')) })
        ).text();
        assert.ok(text.includes('\r\rdata:') && !text.includes('\n') && !text.includes('[DONE]'));
      },
    );
  },
);
