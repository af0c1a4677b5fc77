/**
 * Server-sent events, as WHATWG's HTML standard parses them (9.2.6), from bytes that may be cut anywhere.
 *
 * Two deviations, both because upstreams forget their last blank line: an event that the end of the stream finds
 * unfinished is delivered, marked `unterminated`; and an event longer than the cap ends the decoding.
 */
import type { Transducer } from './transducer.ts';

export interface SseMessage {
  /** "" when the stream named none. */
  event: string;
  /** The data lines, joined by LF. */
  data: string;
  /** `unterminated`: the stream ended inside it. `too_long`: it grew past the cap; nothing follows. */
  problem?: 'unterminated' | 'too_long';
}

/** Characters one event may have: 64 Mi, the bound for what waits in a stream (L3). */
export const maxEventLength = 64 * 1024 * 1024;

/** Bytes in, messages out, in time linear to the bytes however long a line is and however it is cut. */
export function sseDecoder(longest = maxEventLength): Transducer<Uint8Array, SseMessage> {
  const lines = lineDecoder();
  let event = '';
  let data: string[] = [];
  let size = 0;
  let ended = false;

  function field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const from = colon < 0 ? line.length : line[colon + 1] === ' ' ? colon + 2 : colon + 1;
    if (name === 'event') event = line.slice(from);
    else if (name === 'data') data.push(line.slice(from));
    // `id` and `retry` concern a client that reconnects; an answer is never asked for twice.
  }

  function* dispatch(problem?: SseMessage['problem']): Iterable<SseMessage> {
    // An event without data lines is no event at all (the standard's "data buffer is an empty string").
    if (data.length > 0 || problem === 'too_long')
      yield { event, data: data.join('\n'), ...(problem && { problem }) };
    event = '';
    data = [];
    size = 0;
  }

  function* read(texts: Iterable<string>): Iterable<SseMessage> {
    for (const line of texts) {
      if (ended) return;
      size += line.length;
      // Asked of every line, so that the verdict does not depend on where the reads were cut (L10).
      if (size > longest) return yield* giveUp();
      if (line === '') yield* dispatch();
      else field(line);
    }
  }

  function* giveUp(): Iterable<SseMessage> {
    ended = true;
    data = [];
    yield* dispatch('too_long');
  }

  return {
    *step(chunk) {
      if (ended) return;
      yield* read(lines.step(chunk));
      if (!ended && size + lines.pending() > longest) yield* giveUp();
    },
    *flush() {
      if (ended) return;
      yield* read(lines.flush());
      if (!ended) yield* dispatch('unterminated');
      ended = true;
    },
  };
}

interface LineDecoder extends Transducer<Uint8Array, string> {
  /** Characters of the line that has not ended yet. */
  pending(): number;
}

/** Lines end with LF, CRLF or CR. The pieces of a long one are kept apart and joined once, so that time stays linear. */
function lineDecoder(): LineDecoder {
  const decoder = new TextDecoder(); // strips a BOM, keeps half characters for the next read
  let pieces: string[] = [];
  let length = 0;
  let afterCr = false;

  function* split(text: string): Iterable<string> {
    let from = afterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') afterCr = false;
    let cr = text.indexOf('\r', from);
    let lf = text.indexOf('\n', from);
    while (cr >= 0 || lf >= 0) {
      const end = cr < 0 ? lf : lf < 0 ? cr : Math.min(cr, lf);
      pieces.push(text.slice(from, end));
      const line = pieces.join('');
      pieces = [];
      length = 0;
      from = end + 1;
      if (end === cr) {
        if (from === text.length) afterCr = true;
        else if (lf === from) from++;
      }
      yield line;
      if (cr >= 0 && cr < from) cr = text.indexOf('\r', from);
      if (lf >= 0 && lf < from) lf = text.indexOf('\n', from);
    }
    if (from >= text.length) return;
    pieces.push(text.slice(from));
    length += text.length - from;
  }

  return {
    step: (chunk) => split(decoder.decode(chunk, { stream: true })),
    *flush() {
      yield* split(decoder.decode());
      if (length > 0) yield pieces.join('');
      pieces = [];
      length = 0;
    },
    pending: () => length,
  };
}
