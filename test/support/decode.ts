/** Runs a decoder over bytes and serializes its output for comparison. */
import { singleEvents } from '../../lib/anthropic/delta-batch.ts';
import { encodeEvent, isRemark, type Decoded, type StreamEvent } from '../../lib/anthropic/events.ts';
import type { Decoder } from './turns.ts';

export interface Run {
  /** Output of the steps, before the flush. */
  beforeFlush: Decoded[];
  /** Output of the flush. */
  fromFlush: Decoded[];
  all: Decoded[];
  events: StreamEvent[];
}

export function run(decoder: Decoder, pieces: Iterable<Uint8Array>): Run {
  const beforeFlush: Decoded[] = [];
  for (const piece of pieces) decoder.step(piece, (decoded) => beforeFlush.push(...singles(decoded)));
  const fromFlush = outputsOf<Decoded>((emit) => decoder.flush(emit)).flatMap(singles);
  const all = [...beforeFlush, ...fromFlush];
  return { beforeFlush, fromFlush, all, events: toEvents(all) };
}

/**
 * The events of a batch one by one; anything else as it is. Recordings of many models are decoded with the routes of a few, so
 * the remark about another model is left out; `wire/other-model.test.ts` is about it.
 */
export function singles(decoded: Decoded): Decoded[] {
  if (decoded.type === 'other_model') return [];
  return isRemark(decoded) ? [decoded] : singleEvents(decoded);
}

/** What a step or the flush of a stage emits. */
export function outputsOf<Out>(act: (emit: (output: Out) => void) => void): Out[] {
  const outputs: Out[] = [];
  act((output) => outputs.push(output));
  return outputs;
}

export function toEvents(decoded: readonly Decoded[]): StreamEvent[] {
  return decoded.filter((one): one is StreamEvent => !isRemark(one));
}

/**
 * One line of a golden file: the data of an event exactly as it is sent, or a remark. The facts of an error are left out;
 * `wire/decode/error-facts.test.ts` is about them.
 */
export function toLine(decoded: Decoded): string {
  if (!isRemark(decoded)) return dataOf(decoded);
  return JSON.stringify({ remark: decoded }, (key, value: unknown) => (key === 'facts' ? undefined : value));
}

/** What follows `data: ` in an encoded event, including any line breaks. */
export function dataOf(event: StreamEvent): string {
  const encoded = encodeEvent(event);
  return encoded.slice(encoded.indexOf('\ndata: ') + '\ndata: '.length, -2);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
