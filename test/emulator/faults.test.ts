/** Every fault does what it says, in every format, seen from the other end of the connection. */
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

const script: Script = [say('Größe 🙂, said in a number of pieces that is large enough.')];

/** The body that a healthy emulator sends, without what differs between any two answers. */
async function body(format: Path, faults: Faults = {}): Promise<string> {
  return withEmulator({ script: () => script, faults }, async (emulator) =>
    steady(await (await post(emulator, format)).text()),
  );
}

function steady(text: string): string {
  return text
    .replace(/(chatcmpl-|msg_|resp_|"responseId":"|"thoughtSignature":")\w+/g, '$1id')
    .replace(/"(created|created_at)":\d+/g, '"$1":0');
}

const eventsOf = (text: string): string[] => text.split('\n\n').filter((event) => event !== '');

/** The sizes of the chunks in which a body came (RFC 9112, 7.1), without the last, empty one. */
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

const lastWords: Record<Path, string> = {
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
  const sends = lastWords[format];
  const finish = finishes[format];

  test(
    `cut after events, pieces or bytes ends the body as if it were whole: ${format}`,
    bounded,
    async () => {
      const whole = await body(format);
      assert.ok(whole.includes(sends) && whole.includes(finish));
      assert.equal(
        await body(format, { breaks: { at: { events: 3 }, how: 'cut' } }),
        eventsOf(whole)
          .slice(0, 3)
          .map((event) => `${event}\n\n`)
          .join(''),
      );
      const pieces = await body(format, { breaks: { at: { deltas: 2 }, how: 'cut' } });
      assert.equal(pieces.match(/"(?:content|text|delta)":"[^"]/g)?.length, 2);
      const answer = await withEmulator(
        { script: () => script, faults: { breaks: { at: { bytes: 700 }, how: 'cut' } } },
        async (emulator) => (await post(emulator, format)).arrayBuffer(),
      );
      assert.equal(answer.byteLength, 700);
    },
  );

  test(`a reset, a hang-up and a cut look different on the socket: ${format}`, bounded, async () => {
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

  test(`a reset before the headers sends nothing at all: ${format}`, bounded, async () => {
    const faults: Faults = { breaks: { at: 'before-headers', how: 'reset' } };
    const raw = await withEmulator({ script: () => script, faults }, (emulator) => postRaw(emulator, format));
    assert.deepEqual(raw, { text: '', closed: 'ECONNRESET' });
  });

  test(`an error event takes the place of the rest, or stands before it: ${format}`, bounded, async () => {
    const errorEvent = { at: { deltas: 1 }, type: 'overloaded_error', message: 'too much' };
    const cutOff = eventsOf(await body(format, { errorEvent }));
    assert.match(cutOff.at(-1) ?? '', /"overloaded_error"/);
    assert.match(cutOff.at(-1) ?? '', /"too much"/);
    assert.doesNotMatch(cutOff.join(), new RegExp(sends.replace(/[[\]]/g, '\\$&')));
    const goesOn = await body(format, { errorEvent: { ...errorEvent, continues: true } });
    assert.ok(goesOn.includes('overloaded_error') && goesOn.includes(sends));
    const first = eventsOf(await body(format, { errorEvent: { at: { events: 0 } } }));
    assert.equal(first.length, 1);
  });

  test(`endings can be left out: ${format}`, bounded, async () => {
    // Responses and gemini say both in one event.
    if (format !== 'responses' && format !== 'gemini') {
      const noEnd = await body(format, { omit: ['end'] });
      assert.ok(!noEnd.includes(sends) && noEnd.includes(finish));
    }
    const noFinish = await body(format, { omit: ['finish', 'end'] });
    assert.ok(!noFinish.includes(sends) && !noFinish.includes(finish));
  });

  test(`one event may hold half of its JSON: ${format}`, bounded, async () => {
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

  test(
    `line ends, comments and the cutting of writes leave the same events: ${format}`,
    bounded,
    async () => {
      const whole = await body(format);
      assert.equal((await body(format, { lineEnd: '\r\n' })).replaceAll('\r\n', '\n'), whole);
      assert.equal((await body(format, { lineEnd: '\r' })).replaceAll('\r', '\n'), whole);
      const between = await body(format, { comments: { every: 2 } });
      assert.equal(between.replaceAll(': keep-alive\n\n', ''), whole);
      assert.equal(between.split(': keep-alive').length - 1, Math.ceil(eventsOf(whole).length / 2));
      const inside = await body(format, { comments: { every: 1, inside: true, text: 'x' } });
      assert.equal(inside.replaceAll(': x\ndata:', 'data:'), whole);
      assert.equal(await body(format, { writes: 1 }), whole);
      assert.equal(await body(format, { writes: 'together' }), whole);
    },
  );

  test(`writes decide what is sent at once: ${format}`, bounded, async () => {
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

  test(`gzip, said or not: ${format}`, bounded, async () => {
    const whole = await body(format);
    assert.equal(await body(format, { gzip: 'declared' }), whole);
    await withEmulator({ script: () => script, faults: { gzip: 'undeclared' } }, async (emulator) => {
      const response = await post(emulator, format);
      assert.equal(response.headers.get('content-encoding'), null);
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(steady(gunzipSync(bytes).toString()), whole);
    });
  });

  test(`JSON where a stream was asked, and the reverse: ${format}`, bounded, async () => {
    await withEmulator({ script: () => script, faults: { shape: 'whole' } }, async (emulator) => {
      const response = await post(emulator, format);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.match(JSON.stringify(await response.json()), /Größe/);
    });
    await withEmulator({ script: () => script, faults: { shape: 'stream' } }, async (emulator) => {
      const response = await post(emulator, format, question('hello', { stream: false }));
      assert.equal(response.headers.get('content-type'), 'text/event-stream');
      assert.ok((await response.text()).includes(sends));
    });
  });

  test(`silence without end lasts until the asker leaves: ${format}`, bounded, async () => {
    for (const at of ['before-headers', { deltas: 1 }] as const) {
      await withEmulator(
        { script: () => script, faults: { breaks: { at, how: 'silence' } } },
        async (emulator) => {
          const leave = new AbortController();
          const asking = post(emulator, format, question('hello'), { signal: leave.signal });
          if (at !== 'before-headers') assert.equal((await asking).status, 200);
          const asked = await emulator.received(1);
          assert.equal(asked.ending, undefined);
          leave.abort();
          if (at === 'before-headers') await assert.rejects(asking);
          assert.equal((await asked.ended).how, 'aborted');
        },
      );
    }
  });

  test(`silences are where they were asked for: ${format}`, bounded, async () => {
    // No clock is read: what has arrived before a silence that never ends is what was sent before it.
    const arrived = async (faults: Faults): Promise<string> =>
      withEmulator({ script: () => script, faults }, async (emulator) => {
        const response = await post(emulator, format);
        const reader = response.body?.getReader();
        const first = reader?.read();
        await emulator.received(1);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await emulator.close();
        const seen = await first?.catch(() => undefined);
        return new TextDecoder().decode(seen?.value);
      });
    assert.equal(await arrived({ firstEventAfterMs: longWaitMs }), '');
    assert.equal(eventsOf(await arrived({ betweenEventsMs: longWaitMs })).length, 1);
    await withEmulator({ script: () => script, faults: { headersAfterMs: longWaitMs } }, async (emulator) => {
      const asking = post(emulator, format);
      await emulator.received(1);
      await emulator.close();
      await assert.rejects(asking);
    });
  });

  test(`a reader that stops is not outrun: ${format}`, bounded, async () => {
    await withEmulator({ script: () => [say(filler(1e9, 1e6))] }, async (emulator) => {
      const leave = new AbortController();
      const response = await post(emulator, format, question('hello'), { signal: leave.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      const asked = await emulator.received(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      leave.abort();
      const { how, bytes } = await asked.ended;
      assert.equal(how, 'aborted');
      assert.ok(bytes < 32e6, `${bytes} bytes were pushed at a reader that does not read`);
    });
  });

  test(`a big answer arrives whole: ${format}`, bounded, async () => {
    // Responses says the whole again, three times over.
    const pieces = format === 'responses' ? /"delta":"([^"]+)"/g : /"(?:content|text)":"([^"]+)"/g;
    await withEmulator({ script: () => [say(filler(3e6, 10_000))] }, async (emulator) => {
      const text = await (await post(emulator, format)).text();
      const said = [...text.matchAll(pieces)].map(([, piece]) => JSON.parse(`"${piece}"`) as string);
      assert.equal(said.join('').length, 3e6);
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
  'faults of the emulator and of one answer compose, and the answer has the last word',
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
