/**
 * Client and upstream both speak Responses: every transcript of the format, and generated streams, pass with their data as it
 * came, however the bytes are cut.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { test as always } from 'node:test';
import fc from 'fast-check';
import { originOf, readSignature } from '../../../../lib/anthropic/provenance.ts';
import type { AnswerBlock, Decoded, StreamEvent } from '../../../../lib/anthropic/events.ts';
import { brokenRule as brokenMessage } from '../../../../lib/anthropic/grammar.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import { responses as emulated } from '../../../../lib/emulator/formats/responses.ts';
import { finish, say, think, callTogether, type Script } from '../../../../lib/emulator/script.ts';
import type { JsonObject } from '../../../../lib/json.ts';
import { sameDecoder } from '../../../../lib/wire/responses/served/same-stream.ts';
import type { Route, Turn } from '../../../../lib/wire/codec.ts';
import { atShares, nastyText, runs, toolInput, toolName } from '../../../support/arbitraries.ts';
import { cutAt, slices } from '../../../support/cuts.ts';
import { run, toLine, utf8 } from '../../../support/decode.ts';
import { decode } from '../../../support/laws.ts';
import { test } from '../../../support/sampled-test.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { requestedModel, route, turn } from '../../../support/turns.ts';
import {
  eventsIn,
  finalOf,
  lawful,
  plainBody,
  printed,
  printerFor,
  saidBy,
  saidIn,
  sdkResponse,
} from '../../../support/responses/served.ts';

const upstream = route('responses');
const ownTurn = (given: Turn = turn()): Turn => ({
  ...given,
  given: { format: 'responses', body: plainBody },
});

function same(pieces: Iterable<Uint8Array>, to: Route = upstream, of: Turn = ownTurn()) {
  return run(sameDecoder(to, of), pieces);
}

const frames = (events: ReturnType<typeof same>['events']): string =>
  events.map((event) => event.frames ?? '').join('');

const withoutFrames = (events: ReturnType<typeof same>['events']): string[] =>
  events
    .filter(({ type }) => type !== 'ping')
    .map((event) => toLine(Object.assign({}, event, { frames: undefined }) as unknown as Decoded));

const translatedTypes: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

/** Whether it begins an item that only clients of this format know, which the codec translates or leaves out for others. */
function isNative(event: StreamEvent): boolean {
  return event.type === 'content_block_start' && !translatedTypes.has(event.content_block.type);
}

/** What a client of any format gets: the texts, the thinking, the calls and the end. */
function said(events: readonly StreamEvent[]): object {
  const message = foldMessage(events);
  const blocks = (type: string): AnswerBlock[] => message?.content.filter((one) => one.type === type) ?? [];
  return {
    text: blocks('text').map(({ text }) => text),
    thinking: blocks('thinking').flatMap(({ thinking }) => thinking || []),
    calls: blocks('tool_use').map(({ id, name, input }) => ({ id, name, input })),
    end: [message?.stop_reason, message?.usage],
  };
}

/** The upstream's data with what must change: the name of the model, and what is encrypted. */
function expected(data: string): string {
  const json = JSON.parse(data) as JsonObject;
  const changed = JSON.stringify(json, (key, value: unknown) => {
    if (key !== 'encrypted_content' || value === '' || typeof value !== 'string') return value;
    return `${Buffer.from(originOf(upstream)).toString('base64url')} ${value}`;
  });
  const { response } = JSON.parse(changed) as { response?: JsonObject };
  return JSON.stringify({
    ...(JSON.parse(changed) as JsonObject),
    ...(response && { response: { ...response, model: requestedModel } }),
  });
}

/** What was sent to the client, in the form of `expected`. */
function plain(event: JsonObject): string {
  return JSON.stringify(event, (key, value: unknown) => {
    const made = key === 'encrypted_content' ? readSignature(String(value)) : undefined;
    return made ? `${Buffer.from(made.origin).toString('base64url')} ${made.payload}` : value;
  });
}

describe('transcripts', () => {
  for (const transcript of transcripts('responses')) {
    test(transcript.name, async () => {
      const of = ownTurn(turn(transcript.options));
      const to = route('responses', transcript.options.quirks);
      const whole = same([transcript.bytes], to, of);
      const translated = decode(transcript).events;
      // What the events mean does not depend on the frames that they carry.
      if (whole.events.some(isNative)) assert.deepEqual(said(whole.events), said(translated));
      else assert.deepEqual(withoutFrames(whole.events), withoutFrames(translated));
      assert.equal(brokenMessage(whole.events), undefined);
      for (const size of [1, 7, 64]) {
        const cut = same(slices(transcript.bytes, size), to, of);
        assert.equal(frames(cut.events), frames(whole.events), 'L10');
      }
      const text = printed(whole.events);
      if (text === '') return;
      const final = finalOf(eventsIn(text));
      const failed = whole.events.at(-1)?.type === 'error';
      assert.equal(final['status'] === 'failed', failed, 'a stream that breaks never looks finished');
      if (frames(whole.events) === '') {
        lawful(text);
        return;
      }
      const received = eventsIn(frames(whole.events));
      const numbers = eventsIn(text).map((event) => event['sequence_number']);
      if (failed) assert.equal(numbers.at(-1), Number(numbers.at(-2)) + 1);
      assert.ok(received.length > 0);
      if (failed) assert.equal((await sdkResponse(text)).status, 'failed');
    });
  }
});

const step = fc.oneof(
  nastyText.map((text) => say(text)),
  fc
    .tuple(nastyText, fc.constantFrom(undefined, 'sealed=='))
    .map(([text, signature]) => think(text, signature)),
  fc
    .array(fc.tuple(toolName, toolInput), { minLength: 1, maxLength: 3 })
    .map((made) => callTogether(...made.map(([name, json]) => ({ name, input: null, rawArguments: json })))),
);
const script: fc.Arbitrary<Script> = fc
  .tuple(fc.array(step, { maxLength: 6 }), fc.constantFrom(undefined, 'length' as const, 'filter' as const))
  .map(([steps, reason]) => (reason === undefined ? steps : steps.concat(finish(reason))));

const head = { id: 'x1', model: 'some-model', created: 1_787_800_000, inputTokens: 9 } as const;

function textOf(steps: Script, flavour: 'go' | 'plain' = 'plain'): string {
  return [...emulated.stream(steps, { ...head, flavour })]
    .map((frame) => (frame.type === 'event' ? frame.text : ''))
    .join('');
}

always('each frame passes once, in order, with its data as it came', () => {
  fc.assert(
    fc.property(script, fc.constantFrom('go', 'plain'), fc.array(fc.nat(100)), (steps, flavour, shares) => {
      const bytes = utf8(textOf(steps, flavour));
      const { events, all } = same(
        cutAt(
          bytes,
          atShares(
            bytes,
            shares.map((one) => one / 100),
          ),
        ),
      );
      const sent = [...textOf(steps, 'plain').matchAll(/^data: ([^\n]*)$/gm)].map(([, data = '']) =>
        expected(data),
      );
      assert.deepEqual(eventsIn(frames(events)).map(plain), sent);
      assert.equal(printed(events), `: keep-alive\n\n${frames(events)}`, 'the printer adds nothing');
      assert.deepEqual(
        all.filter((one) => one.type === 'note' && one.text.includes('rule of its format')),
        [],
        'the emulator keeps the laws',
      );
      lawful(frames(events));
      const output = finalOf(eventsIn(frames(events)))['output'] as JsonObject[];
      const { text, thinking } = saidIn(events);
      assert.deepEqual({ text, thinking }, { text: saidBy(output).text, thinking: saidBy(output).thinking });
    }),
    runs,
  );
});

always('a stream that breaks off ends with response.failed, and the items that were done', () => {
  fc.assert(
    fc.property(script, fc.double({ min: 0, max: 1, noNaN: true }), (steps, share) => {
      const text = textOf(steps);
      const bytes = utf8(text);
      const cut = bytes.subarray(0, Math.floor(share * (bytes.length - 1)));
      const { events } = same([cut]);
      const sent = printed(events);
      assert.equal(brokenMessage(events), undefined);
      // The last event counts without its blank line.
      const finished = cut.length >= utf8(text.trimEnd()).length;
      assert.equal(finalOf(lawful(sent))['status'] === 'failed', !finished);
    }),
    runs,
  );
});

always('the answer to a client that does not stream is the upstream’s own response', () => {
  const { events } = same([utf8(textOf([think('hm', 'sealed=='), say('hello')]))]);
  const message = foldMessage(events);
  assert.ok(message);
  const whole = printerFor().whole(message) as JsonObject;
  assert.deepEqual(whole, finalOf(eventsIn(frames(events))));
});
