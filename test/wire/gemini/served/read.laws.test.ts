/** Damaged requests are read or refused, and what the codec writes is read as the same conversation. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import type { ContentBlock, MessagesRequest } from '../../../../lib/anthropic/request.ts';
import { codecs } from '../../../../lib/wire/codecs.ts';
import { encodeGeminiRequest } from '../../../../lib/wire/gemini/request.ts';
import { Unservable } from '../../../../lib/wire/served.ts';
import { runs } from '../../../support/arbitraries.ts';
import { clientContent, type RequestContent } from '../../../support/client-content.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { geminiRoutes } from '../../../support/gemini/encode.ts';
import { generatedGemini } from '../../../support/gemini/generated.ts';
import { printed, printerFor, read } from '../../../support/gemini/served.ts';
import { jsonDamage } from '../../../support/json-damage.ts';
import { capturedRequests, routeOf } from '../../../support/requests.ts';
import { decoder } from '../../../support/turns.ts';
import { upstreamContent } from '../../../support/upstream-content.ts';

const route = geminiRoutes['gemini 3'];
const bodies = capturedRequests().map(({ body }) => encodeGeminiRequest(body, route));

describe('round trip', () => {
  for (const { kind, body } of capturedRequests())
    test(kind, () => {
      for (const one of Object.values(geminiRoutes)) {
        const sent = encodeGeminiRequest(body, one);
        const { request, left } = read(sent);
        assert.deepEqual(
          left.filter((name) => !name.endsWith('thoughtSignature')),
          [],
        );
        assert.deepEqual(spoken(clientContent(request)), spoken(upstreamContent('gemini', sent)));
        assert.equal(request.max_tokens, sent.generationConfig?.maxOutputTokens);
        assert.equal(request.temperature, sent.generationConfig?.temperature);
      }
    });
});

/** Without thoughts, which need a signature. The texts of a system prompt are one, as `upstreamContent` reads them. */
function spoken({ entries, ...rest }: RequestContent): unknown {
  const texts = entries.flatMap((entry) => (entry.who === 'system' ? [entry.text] : []));
  return {
    ...rest,
    system: texts.join('\n\n'),
    // A note in place of a file is a text.
    entries: entries.filter(
      (entry) =>
        entry.who !== 'thinking' &&
        entry.who !== 'system' &&
        !(entry.who === 'media' && entry.data.startsWith('[')),
    ),
  };
}

const small = bodies.map((body) =>
  JSON.stringify(body, (_, value: unknown) => (typeof value === 'string' ? value.slice(0, 24) : value)),
);

const fuzzed = fc
  .tuple(fc.constantFrom(...small), fc.array(jsonDamage, { minLength: 1, maxLength: 5 }))
  .map(([body, damages]) => damages.reduce((so, damage) => damage(so), body));

test('a damaged request is read and can be encoded for every format, or is refused with a path', () => {
  let readable = 0;
  fc.assert(
    fc.property(fuzzed, (text) => {
      const body = JSON.parse(text) as unknown;
      if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
      let request: MessagesRequest;
      try {
        request = read(body).request;
      } catch (error) {
        if (error instanceof RangeError && /call stack/.test(error.message)) return;
        assert.ok(error instanceof Unservable, String(error));
        return;
      }
      readable++;
      for (const format of ['chat', 'messages', 'responses', 'gemini'] as const)
        try {
          JSON.stringify(codecs[format].encodeRequest(request, routeOf({ format }), 'ses_1'));
        } catch (error) {
          if (!(error instanceof RangeError && /call stack/.test(error.message))) throw error;
        }
    }),
    runs,
  );
  assert.ok(readable > 0);
});

test('an answer that the client returns is the same answer again, with its thinking and signatures', () => {
  fc.assert(
    fc.property(generatedGemini, fc.boolean(), fc.boolean(), (answer, shown, dropsThoughts) => {
      const { events } = run(decoder('gemini'), answer.frames.map(utf8));
      const fields = shown ? undefined : {};
      const text = printed(events, printerFor(fields));
      const chunks = text
        .split('\n\n')
        .filter((event) => event !== '')
        .map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
      const parts = chunks
        .flatMap(({ candidates }) => candidates[0]?.content.parts ?? [])
        .filter(
          ({ thought, text: words, thoughtSignature: signed }) =>
            !(thought && dropsThoughts) && (words !== '' || signed),
        );
      if (parts.length === 0) return;
      const talk = {
        contents: [
          { role: 'user', parts: [{ text: 'go' }] },
          { role: 'model', parts },
        ],
      };
      const returned = read(talk).request.messages[1]?.content ?? [];
      const message = foldMessage(events);
      assert.deepEqual(
        normal(returned as ContentBlock[]),
        normal((message?.content ?? []) as ContentBlock[]),
      );
    }),
    runs,
  );
});

interface Chunk {
  candidates: { content: { parts: { text?: string; thought?: boolean; thoughtSignature?: string }[] } }[];
}

/** Adjacent texts are one, as the client cannot tell where a block ended. */
function normal(blocks: readonly ContentBlock[]): unknown[] {
  const merged: ContentBlock[] = [];
  for (const block of blocks) {
    const last = merged.at(-1);
    if (block.type === 'text' && last?.type === 'text')
      merged.splice(-1, 1, { type: 'text', text: `${String(last['text'])}${String(block['text'])}` });
    else merged.push(block);
  }
  return JSON.parse(JSON.stringify(merged)) as unknown[];
}
