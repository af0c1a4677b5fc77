/**
 * Parses server-sent events as the WHATWG HTML standard (9.2.6) does, from bytes split at any position.
 *
 * Two deviations: an event without its final blank line is delivered and marked `unterminated`, because upstreams omit
 * that line; and an event longer than the limit ends the decoding.
 */
import type { Transducer } from './transducer.ts';

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

/** Takes linear time, for long lines and small chunks too. `longest` is the limit for one event, in characters. */
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
    // `id` and `retry` are for reconnecting, which a model's response does not support.
  }

  function* dispatch(problem?: SseMessage['problem']): Iterable<SseMessage> {
    // The standard discards an event without data lines.
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
      // Checked for every line, so that the result does not depend on the chunk boundaries (L10).
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
  /** Characters of the unfinished line. */
  pending(): number;
}

/** Lines end with LF, CRLF or CR. The pieces of a line are joined once, at its end, which keeps the time linear. */
function lineDecoder(): LineDecoder {
  const decoder = new TextDecoder(); // strips a BOM and keeps incomplete characters for the next chunk
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
