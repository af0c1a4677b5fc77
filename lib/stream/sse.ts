/**
 * Parses server-sent events as the WHATWG HTML standard (9.2.6) does, from bytes split at any position.
 *
 * Two deviations: an event without its final blank line is delivered and marked `unterminated`, because upstreams omit
 * that line; and an event longer than the limit ends the decoding.
 */
import type { Emit, Transducer } from './transducer.ts';

export interface SseMessage {
  /** The event name, or "" without one. */
  event: string;
  /** The data lines, joined by LF. */
  data: string;
  /** `unterminated`: the stream ended inside the event. `too_long`: the event exceeded the limit, and nothing follows. */
  problem?: 'unterminated' | 'too_long';
}

/** Characters of one event, 64 Mi: the limit for buffered content (L3). */
export const maxEventLength = 64 * 1024 * 1024;

/** Characters that each line of data counts for, beside its own: the joined text takes memory for each part of it. */
const perLine = 64;

/** Whether a text can be the data of an event as it is: in one line. */
export function isOneLine(text: string): boolean {
  return !text.includes('\n') && !text.includes('\r');
}

/**
 * Reads events off the bytes of a chunk, where a format knows their form. What it reads is neither decoded nor split into
 * lines, which costs several times as much.
 */
export interface SseScanner<Found> {
  /** Whether `scan` may find something. */
  isReady(): boolean;
  /** Reads whole events, blank lines included, from `from`, where an event begins. `end` is the position after them. */
  scan(chunk: Uint8Array, from: number): { found: Found; end: number } | undefined;
}

/**
 * Takes linear time, for long lines and small chunks too. `longest` is the limit for one event, in characters. What
 * `scanner` finds comes in the place of its events.
 */
export function sseDecoder<Found = never>(
  longest = maxEventLength,
  scanner?: SseScanner<Found>,
): Transducer<Uint8Array, SseMessage | Found> {
  const lines = lineDecoder();
  let event = '';
  let data: string | undefined;
  let size = 0;
  let ended = false;
  /** The last byte that went to `lines`. */
  let lastByte: number | undefined;

  function field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const from = colon < 0 ? line.length : line[colon + 1] === ' ' ? colon + 2 : colon + 1;
    if (name === 'event') event = line.slice(from);
    else if (name === 'data') {
      if (data !== undefined) size += perLine;
      data = data === undefined ? line.slice(from) : `${data}\n${line.slice(from)}`;
    }
    // `id` and `retry` are for reconnecting, which a model's response does not support.
  }

  function dispatch(emit: Emit<SseMessage>, problem?: SseMessage['problem']): void {
    const message = { event, data: data ?? '', ...(problem && { problem }) };
    // The standard discards an event without data lines.
    const given = data !== undefined || problem === 'too_long';
    event = '';
    data = undefined;
    size = 0;
    if (given) emit(message);
  }

  function read(line: string, emit: Emit<SseMessage>): void {
    if (ended) return;
    size += line.length;
    // Checked for every line, so that the result does not depend on the chunk boundaries (L10).
    if (size > longest) giveUp(emit);
    else if (line === '') dispatch(emit);
    else field(line);
  }

  function giveUp(emit: Emit<SseMessage>): void {
    ended = true;
    data = undefined;
    dispatch(emit, 'too_long');
  }

  /**
   * Whether the next byte begins an event. After a line feed no line and no character is incomplete, and no CR waits for its
   * LF, so that `lines` need not see what a scanner reads.
   */
  function isBetweenEvents(): boolean {
    return !ended && lastByte === lf && size === 0 && data === undefined && event === '';
  }

  function decode(chunk: Uint8Array, emit: Emit<SseMessage>): void {
    if (chunk.length > 0) lastByte = chunk[chunk.length - 1];
    lines.step(chunk, (line) => read(line, emit));
    if (!ended && size + lines.pending() > longest) giveUp(emit);
  }

  function scanOrDecode(chunk: Uint8Array, scanner: SseScanner<Found>, emit: Emit<SseMessage | Found>): void {
    let at = 0;
    while (at < chunk.length) {
      const scanned = scanner.isReady() && isBetweenEvents() ? scanner.scan(chunk, at) : undefined;
      if (scanned) {
        emit(scanned.found);
        at = scanned.end;
        continue;
      }
      const end = scanner.isReady() ? endOfEvent(chunk, at) : chunk.length;
      decode(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end), emit);
      at = end;
    }
  }

  return {
    step(chunk, emit) {
      if (ended) return;
      if (scanner) scanOrDecode(chunk, scanner, emit);
      else decode(chunk, emit);
    },
    flush(emit) {
      if (ended) return;
      lines.flush((line) => read(line, emit));
      if (!ended) dispatch(emit, 'unterminated');
      ended = true;
    },
  };
}

const lf = 0x0a;
const cr = 0x0d;

/** The position after the next blank line, or the end of the chunk. */
function endOfEvent(chunk: Uint8Array, from: number): number {
  for (let at = chunk.indexOf(lf, from); at >= 0; at = chunk.indexOf(lf, at + 1)) {
    if (chunk[at + 1] === lf) return at + 2;
    if (chunk[at + 1] === cr && chunk[at + 2] === lf) return at + 3;
  }
  return chunk.length;
}

interface LineDecoder extends Transducer<Uint8Array, string> {
  /** Characters of the unfinished line. */
  pending(): number;
}

/** Lines end with LF, CRLF or CR. The pieces of a line are joined once, at its end, which keeps the time linear. */
function lineDecoder(): LineDecoder {
  const decoder = new TextDecoder(); // strips a BOM and keeps incomplete characters for the next chunk
  let pieces: string[] = [];
  let length = 0;
  let afterCr = false;

  function split(text: string, emit: Emit<string>): void {
    let from = afterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') afterCr = false;
    let cr = text.indexOf('\r', from);
    let lf = text.indexOf('\n', from);
    while (cr >= 0 || lf >= 0) {
      const end = cr < 0 ? lf : lf < 0 ? cr : Math.min(cr, lf);
      const line = endOf(text.slice(from, end));
      from = end + 1;
      if (end === cr) {
        if (from === text.length) afterCr = true;
        else if (lf === from) from++;
      }
      emit(line);
      if (cr >= 0 && cr < from) cr = text.indexOf('\r', from);
      if (lf >= 0 && lf < from) lf = text.indexOf('\n', from);
    }
    if (from >= text.length) return;
    pieces.push(text.slice(from));
    length += text.length - from;
  }

  /** The line that ends with `text`. */
  function endOf(text: string): string {
    if (length === 0) return text;
    pieces.push(text);
    const line = pieces.join('');
    pieces = [];
    length = 0;
    return line;
  }

  return {
    step: (chunk, emit) => split(decoder.decode(chunk, { stream: true }), emit),
    flush(emit) {
      split(decoder.decode(), emit);
      if (length > 0) emit(endOf(''));
    },
    pending: () => length,
  };
}
