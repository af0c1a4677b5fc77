/** Runs a decoder over bytes and makes what comes out comparable. */
import { encodeEvent, isRemark, type Decoded, type StreamEvent } from '../../lib/anthropic/events.ts';
import type { Decoder } from './turns.ts';

export interface Run {
  /** What came out of the bytes themselves. */
  before: Decoded[];
  /** What came out at the flush. */
  atEnd: Decoded[];
  all: Decoded[];
  events: StreamEvent[];
}

export function run(decoder: Decoder, pieces: Iterable<Uint8Array>): Run {
  const before: Decoded[] = [];
  for (const piece of pieces) before.push(...decoder.step(piece));
  const atEnd = [...decoder.flush()];
  const all = [...before, ...atEnd];
  return { before, atEnd, all, events: toEvents(all) };
}

export function toEvents(decoded: readonly Decoded[]): StreamEvent[] {
  return decoded.filter((one): one is StreamEvent => !isRemark(one));
}

/** One line of a golden file: an event's data exactly as it leaves, or a remark. */
export function spell(decoded: Decoded): string {
  return isRemark(decoded) ? JSON.stringify({ remark: decoded }) : dataOf(decoded);
}

/** What follows `data: ` in an encoded event; its line breaks, should there be any, stay in. */
export function dataOf(event: StreamEvent): string {
  const encoded = encodeEvent(event);
  return encoded.slice(encoded.indexOf('\ndata: ') + '\ndata: '.length, -2);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
