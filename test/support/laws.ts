/**
 * The laws of the stream (L1 to L14), as assertions about one transcript and its decoder. Every law is asked of every
 * transcript: each is blind to something that another sees (test/wire/README.md).
 */
import assert from 'node:assert/strict';
import { encodeEvent, isContent, type StreamEvent } from '../../lib/anthropic/events.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { randomCuts, slices, withLineEnds } from './cuts.ts';
import { dataOf, run, spell, type Run } from './decode.ts';
import { completeFrom, exceptions } from './exceptions.ts';
import { sdkMessage } from './sdk-message.ts';
import { readReceived } from './received.ts';
import { exhaustive, sampleOf } from './sampling.ts';
import { readSent } from './sent.ts';
import type { Sent } from './sent-shape.ts';
import type { Transcript } from './transcripts.ts';
import { decoder, requestedModel } from './turns.ts';

export function decode(transcript: Transcript, pieces: Iterable<Uint8Array> = [transcript.bytes]): Run {
  return run(decoder(transcript.format, transcript.options), pieces);
}

/** L10. Nothing that comes out, events or remarks, may depend on where a read ended; nor may its order. */
export function cutsDoNotMatter(transcript: Transcript): void {
  const whole = decode(transcript).all.map(spell);
  const ways = {
    'one byte at a time': slices(transcript.bytes, 1),
    'two bytes at a time': slices(transcript.bytes, 2),
  };
  for (const [way, pieces] of Object.entries(ways))
    assert.deepEqual(decode(transcript, pieces).all.map(spell), whole, way);
  for (let seed = 1; seed <= (exhaustive ? 40 : 8); seed++)
    assert.deepEqual(
      decode(transcript, randomCuts(transcript.bytes, seed)).all.map(spell),
      whole,
      `cuts of seed ${seed}`,
    );
}

/** Line ends are LF, CRLF or CR, and each may be cut in the middle. */
export function lineEndsDoNotMatter(transcript: Transcript): void {
  const whole = decode(transcript).all.map(spell);
  for (const end of ['\r\n', '\r'] as const) {
    const bytes = withLineEnds(transcript.bytes, end);
    assert.deepEqual(decode(transcript, [bytes]).all.map(spell), whole, JSON.stringify(end));
    assert.deepEqual(
      decode(transcript, slices(bytes, 1)).all.map(spell),
      whole,
      `${JSON.stringify(end)}, byte by byte`,
    );
  }
}

/** L1 to L8 and L12, the end included, and what the grammar does not know: the model's name (L1). */
export function obeysTheGrammar(transcript: Transcript): void {
  lawful(decode(transcript).events, transcript);
}

function lawful(events: readonly StreamEvent[], transcript: Transcript, where = ''): void {
  assert.equal(brokenRule(events), undefined, where);
  for (const event of events) {
    if (event.type === 'message_start')
      assert.equal(
        event.message.model,
        transcript.options.model ?? requestedModel,
        `L1: the model's name ${where}`,
      );
  }
}

/** P1, P2: a stream that breaks off ends in an error unless it had said it was done, and nothing said is taken back. */
export function truncationIsNotAFinish(transcript: Transcript): void {
  const { bytes, format } = transcript;
  const from = completeFrom(transcript);
  const live: string[] = [];
  const said = slices(bytes, 1).reduce<{ decoder: ReturnType<typeof decoder>; counts: number[] }>(
    ({ decoder, counts }, byte) => {
      for (const one of decoder.step(byte)) live.push(spell(one));
      counts.push(live.length);
      return { decoder, counts };
    },
    { decoder: decoder(format, transcript.options), counts: [0] },
  ).counts;
  for (const length of breaks(bytes, from)) {
    const where = `cut after ${length} of ${bytes.length} bytes`;
    const cut = decode(transcript, [bytes.subarray(0, length)]);
    assert.deepEqual(
      cut.before.map(spell),
      live.slice(0, said[length]),
      `${where}: not the beginning of the whole`,
    );
    lawful(cut.events, transcript, where);
    // Where the simple reader cannot tell: a choice that ends with nothing in it may be the whole answer, for now.
    const complete =
      from === undefined
        ? readSent(format, bytes.subarray(0, length)).complete
        : length >= from || !cut.events.some(isContent);
    if (!complete) assert.equal(cut.events.at(-1)?.type, 'error', `${where}: called finished`);
  }
}

/**
 * Lengths after which to break the bytes off. Exhaustive: every byte of a small transcript; of a bigger one every few, and
 * every byte around a line end. The sample: both ends, the place where the answer becomes complete, and a spread of the
 * ends of lines and of all places.
 */
function breaks(bytes: Uint8Array, completeFrom: number | undefined): number[] {
  const all: number[] = [];
  for (let length = 0; length < bytes.length; length += stepAt(bytes, length)) all.push(length);
  if (exhaustive) return all;
  const near = completeFrom === undefined ? [] : [completeFrom - 1, completeFrom, completeFrom + 1];
  const lineEnds = all.filter((length) => bytes[length - 1] === 0x0a);
  const chosen = [0, 1, ...near, ...sampleOf(lineEnds, 30, 1), ...sampleOf(all, 30, 2), bytes.length - 1];
  return [...new Set(chosen)].filter((length) => length >= 0 && length < bytes.length).sort((a, b) => a - b);
}

/** Every byte of a small transcript; of a bigger one every few, and every byte around a line end. */
function stepAt(bytes: Uint8Array, at: number): number {
  const step = Math.ceil(bytes.length / 400);
  for (let next = 1; next < step; next++) {
    const ends = bytes[at + next - 1] === 0x0a || bytes[at + next] === 0x0a || bytes[at + next] === 0x0d;
    if (ends) return next;
  }
  return step;
}

/** L9: text, thinking and the arguments of every call arrive as they were sent; up to the break where a stream breaks. */
export function contentIsPreserved(transcript: Transcript): void {
  const { events } = decode(transcript);
  const heard = readReceived(events);
  const sent: Sent = { ...readSent(transcript.format, transcript.bytes), ...exceptions(transcript) };
  if (heard.ended === 'stopped') {
    assert.equal(heard.text, sent.text, 'text');
    assert.equal(heard.thinking, sent.thinking, 'thinking');
    assert.deepEqual(
      heard.calls.map(({ args }) => args),
      sent.calls.map(({ args }) => args),
      'arguments',
    );
    assert.deepEqual(
      heard.calls.map(({ name }) => name),
      sent.calls.map(({ name }) => name),
      'names',
    );
  } else {
    assert.ok(sent.text.startsWith(heard.text), `text up to the break: ${heard.text}`);
    assert.ok(sent.thinking.startsWith(heard.thinking), `thinking up to the break: ${heard.thinking}`);
    for (const [i, { args }] of heard.calls.entries())
      assert.ok(sent.calls[i]?.args.startsWith(args), `arguments of call ${i} up to the break: ${args}`);
  }
}

const cutting: ReadonlySet<unknown> = new Set(['max_tokens', 'refusal', 'model_context_window_exceeded']);

/** L14: what our fold makes of the events is what Anthropic's SDK makes of them. */
export async function foldsLikeTheSdk(transcript: Transcript): Promise<void> {
  const { events } = decode(transcript);
  if (events.at(-1)?.type !== 'message_stop') return;
  const ours = foldMessage(events);
  const official = comparable(await sdkMessage(events));
  // Of a turn that was cut our fold leaves out the calls that are not whole; the SDK shows their beginnings.
  if (cutting.has(ours?.stop_reason)) {
    const kept = new Set(ours?.content.map(({ id }) => id));
    official.content = official.content.filter(
      ({ type, id }) => type !== 'tool_use' || kept.has(id as string),
    );
  }
  assert.deepEqual(comparable(ours), official);
}

interface Comparable {
  content: { [key: string]: unknown }[];
  [key: string]: unknown;
}

/** The fields both clients keep; the SDK folds only the counters it knows into `usage`. */
function comparable(message: unknown): Comparable {
  const { id, role, model, content, stop_reason, stop_sequence, usage } = JSON.parse(
    JSON.stringify(message),
  ) as Comparable;
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
    usage as Comparable;
  const counters = { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens };
  return { id, role, model, content, stop_reason, stop_sequence: stop_sequence ?? null, counters };
}

/** L11: every event is `event:` and `data:` on one line each, they agree, and a plain reader gets back what was meant. */
export function eventsAreWellFramed(transcript: Transcript): void {
  for (const event of decode(transcript).events) checkFraming(event);
}

export function checkFraming(event: StreamEvent): void {
  const lines = encodeEvent(event).split(/\r\n|\r|\n/);
  assert.equal(lines.length, 4, encodeEvent(event));
  assert.equal(lines[0], `event: ${event.type}`);
  assert.ok(lines[1]?.startsWith('data: '));
  assert.deepEqual(lines.slice(2), ['', '']);
  // Bytes that left as they came may say more than the event, never anything else.
  const said = JSON.parse(lines[1]?.slice(6) ?? '') as Record<string, unknown>;
  const meant = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(meant)) assert.deepEqual(said[name], value, name);
}

/** Raw messages: an event that says what one of the upstream's says leaves with that one's bytes. */
export function unchangedEventsKeepTheirBytes(transcript: Transcript): void {
  const came = dataLines(transcript);
  for (const event of decode(transcript).events) {
    const said = JSON.parse(dataOf(event)) as unknown;
    const equal = came.filter(({ json }) => isEqual(json, said));
    if (equal.length > 0)
      assert.ok(
        equal.some(({ data }) => data === dataOf(event)),
        dataOf(event),
      );
  }
}

/** Raw messages that break no law leave whole: every data line of the upstream, in order, and nothing else. */
export function allEventsKeepTheirBytes(transcript: Transcript): void {
  const left = decode(transcript).events.map(dataOf);
  assert.deepEqual(
    left,
    dataLines(transcript).map(({ data }) => data),
  );
}

function dataLines({ bytes }: Transcript): { data: string; json: unknown }[] {
  return new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data: {'))
    .flatMap((line) => {
      const data = line.slice('data: '.length);
      try {
        return [{ data, json: JSON.parse(data) as unknown }];
      } catch {
        return []; // a line of an event that has several, or a broken one
      }
    });
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
