/**
 * The laws of the stream (L1 to L14) as assertions about one transcript. Every law is checked on every transcript, because
 * each finds faults that the others miss (test/wire/README.md).
 */
import assert from 'node:assert/strict';
import { encodeEvent, isContent, type StreamEvent } from '../../lib/anthropic/events.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { randomCuts, slices, withLineEnds } from './cuts.ts';
import { dataOf, run, singles, toLine, type Run } from './decode.ts';
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

/** L10: events and remarks, and their order, must not depend on where reads end. */
export function cutsDoNotMatter(transcript: Transcript): void {
  const whole = decode(transcript).all.map(toLine);
  const ways = {
    'one byte at a time': slices(transcript.bytes, 1),
    'two bytes at a time': slices(transcript.bytes, 2),
  };
  for (const [way, pieces] of Object.entries(ways))
    assert.deepEqual(decode(transcript, pieces).all.map(toLine), whole, way);
  for (let seed = 1; seed <= (exhaustive ? 40 : 8); seed++)
    assert.deepEqual(
      decode(transcript, randomCuts(transcript.bytes, seed)).all.map(toLine),
      whole,
      `cuts of seed ${seed}`,
    );
}

/** L10: line ends may be LF, CRLF or CR, and may be cut. */
export function lineEndsDoNotMatter(transcript: Transcript): void {
  const whole = decode(transcript).all.map(toLine);
  for (const end of ['\r\n', '\r'] as const) {
    const bytes = withLineEnds(transcript.bytes, end);
    assert.deepEqual(decode(transcript, [bytes]).all.map(toLine), whole, JSON.stringify(end));
    assert.deepEqual(
      decode(transcript, slices(bytes, 1)).all.map(toLine),
      whole,
      `${JSON.stringify(end)}, byte by byte`,
    );
  }
}

/** L1 to L8 and L12, including the end of the stream, and the model's name (L1), which the grammar does not check. */
export function obeysTheGrammar(transcript: Transcript): void {
  checkGrammar(decode(transcript).events, transcript);
}

function checkGrammar(events: readonly StreamEvent[], transcript: Transcript, where = ''): void {
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

/** P1, P2: a stream that breaks off before its finish ends in an error, and does not change what was already sent. */
export function truncationIsNotAFinish(transcript: Transcript): void {
  const { bytes, format } = transcript;
  const from = completeFrom(transcript);
  const live: string[] = [];
  const counts = slices(bytes, 1).reduce<{ decoder: ReturnType<typeof decoder>; counts: number[] }>(
    ({ decoder, counts }, byte) => {
      decoder.step(byte, (one) => live.push(...singles(one).map(toLine)));
      counts.push(live.length);
      return { decoder, counts };
    },
    { decoder: decoder(format, transcript.options), counts: [0] },
  ).counts;
  for (const length of breaks(bytes, from)) {
    const where = `cut after ${length} of ${bytes.length} bytes`;
    const cut = decode(transcript, [bytes.subarray(0, length)]);
    assert.deepEqual(
      cut.beforeFlush.map(toLine),
      live.slice(0, counts[length]),
      `${where}: not the beginning of the whole`,
    );
    checkGrammar(cut.events, transcript, where);
    // A choice that finishes without content may be the whole answer so far, which the simple reader cannot determine.
    const complete =
      from === undefined
        ? readSent(format, bytes.subarray(0, length)).complete
        : length >= from || !cut.events.some(isContent);
    if (!complete) assert.equal(cut.events.at(-1)?.type, 'error', `${where}: called finished`);
  }
}

/**
 * Lengths at which to truncate the bytes. Exhaustive: every length of a small transcript; of a larger one every few bytes
 * and every length around a line end. Sample: both ends, the position where the answer becomes complete, and evenly spread
 * line ends and other positions.
 */
function breaks(bytes: Uint8Array, completeFrom: number | undefined): number[] {
  const all: number[] = [];
  for (let length = 0; length < bytes.length; length += stepAt(bytes, length)) all.push(length);
  if (exhaustive) return all;
  const near = completeFrom === undefined ? [] : [completeFrom - 1, completeFrom, completeFrom + 1];
  const lineEnds = all.filter((length) => bytes[length - 1] === 0x0a);
  const chosen = [0, 1, ...near, ...sampleOf(lineEnds, 20, 1), ...sampleOf(all, 20, 2), bytes.length - 1];
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

/** L9: text, thinking and arguments arrive as they were sent; in a stream that breaks, up to the break. */
export function contentIsPreserved(transcript: Transcript): void {
  const { events } = decode(transcript);
  const received = readReceived(events);
  const sent: Sent = { ...readSent(transcript.format, transcript.bytes), ...exceptions(transcript) };
  if (received.ended === 'stopped') {
    assert.equal(received.text, sent.text, 'text');
    assert.equal(received.thinking, sent.thinking, 'thinking');
    assert.deepEqual(
      received.calls.map(({ args }) => args),
      sent.calls.map(({ args }) => args),
      'arguments',
    );
    assert.deepEqual(
      received.calls.map(({ name }) => name),
      sent.calls.map(({ name }) => name),
      'names',
    );
  } else {
    assert.ok(sent.text.startsWith(received.text), `text up to the break: ${received.text}`);
    assert.ok(sent.thinking.startsWith(received.thinking), `thinking up to the break: ${received.thinking}`);
    for (const [i, { args }] of received.calls.entries())
      assert.ok(sent.calls[i]?.args.startsWith(args), `arguments of call ${i} up to the break: ${args}`);
  }
}

const cutting: ReadonlySet<unknown> = new Set(['max_tokens', 'refusal', 'model_context_window_exceeded']);

/** L14: our fold and Anthropic's SDK make the same message of the events. */
export async function foldsLikeTheSdk(transcript: Transcript): Promise<void> {
  const { events } = decode(transcript);
  if (events.at(-1)?.type !== 'message_stop') return;
  const own = foldMessage(events);
  const expected = comparable(await sdkMessage(events));
  // In a turn that was cut, our fold leaves out incomplete calls; the SDK keeps them.
  if (cutting.has(own?.stop_reason)) {
    const kept = new Set(own?.content.map(({ id }) => id));
    expected.content = expected.content.filter(
      ({ type, id }) => type !== 'tool_use' || kept.has(id as string),
    );
  }
  assert.deepEqual(comparable(own), expected);
}

interface Comparable {
  content: { [key: string]: unknown }[];
  [key: string]: unknown;
}

/** The fields that both folds have; the SDK folds only the counters it knows into `usage`. */
function comparable(message: unknown): Comparable {
  const { id, role, model, content, stop_reason, stop_sequence, usage } = JSON.parse(
    JSON.stringify(message),
  ) as Comparable;
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
    usage as Comparable;
  const counters = { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens };
  return { id, role, model, content, stop_reason, stop_sequence: stop_sequence ?? null, counters };
}

/** L11: every event has one `event:` and one `data:` line that agree, and its data parses to the event. */
export function eventsAreWellFramed(transcript: Transcript): void {
  for (const event of decode(transcript).events) checkFraming(event);
}

export function checkFraming(event: StreamEvent): void {
  const lines = encodeEvent(event).split(/\r\n|\r|\n/);
  assert.equal(lines.length, 4, encodeEvent(event));
  assert.equal(lines[0], `event: ${event.type}`);
  assert.ok(lines[1]?.startsWith('data: '));
  assert.deepEqual(lines.slice(2), ['', '']);
  // Original bytes may contain more fields than the event, but not other values.
  const sent = JSON.parse(lines[1]?.slice(6) ?? '') as Record<string, unknown>;
  const fields = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) assert.deepEqual(sent[name], value, name);
}

/** Raw messages: an event that equals one of the upstream's events is sent with its original bytes. */
export function unchangedEventsKeepTheirBytes(transcript: Transcript): void {
  const original = dataLines(transcript);
  for (const event of decode(transcript).events) {
    const json = JSON.parse(dataOf(event)) as unknown;
    const equal = original.filter((line) => isEqual(line.json, json));
    if (equal.length > 0)
      assert.ok(
        equal.some(({ data }) => data === dataOf(event)),
        dataOf(event),
      );
  }
}

/** Raw messages that break no law are sent unchanged: every data line of the upstream, in order, and no other. */
export function allEventsKeepTheirBytes(transcript: Transcript): void {
  const sent = decode(transcript).events.map(dataOf);
  assert.deepEqual(
    sent,
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
