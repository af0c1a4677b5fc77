/**
 * Decodes the body of a 2xx response: server-sent events, one JSON document, JSON lines without a `data:` prefix, or an
 * HTML page. The first character that is not blank decides, because upstreams send wrong content types.
 */
import { parseJson } from '../json.ts';
import { maxEventLength, sseDecoder, type SseMessage, type SseScanner } from './sse.ts';
import type { Transducer } from './transducer.ts';

export interface BodyMessage {
  event: string;
  data: string;
  /** As for an SSE message, or `html` for a page, whose first characters are in `data`. */
  problem?: SseMessage['problem'] | 'html';
}

/** `longest` is the limit for one event or document, in characters. `scanner` is for server-sent events. */
export function bodyDecoder<Found = never>(
  longest = maxEventLength,
  scanner?: SseScanner<Found>,
): Transducer<Uint8Array, BodyMessage | Found> {
  let inner: Transducer<Uint8Array, BodyMessage | Found> | undefined;
  let leading: Uint8Array[] = [];

  function choose(chunk: Uint8Array): Transducer<Uint8Array, BodyMessage | Found> | undefined {
    for (const byte of chunk) {
      if (blankBytes.has(byte)) continue;
      if (byte === 0x7b || byte === 0x5b) return jsonDecoder(longest);
      return byte === 0x3c ? pageDecoder() : sseDecoder(longest, scanner);
    }
    return undefined;
  }

  return {
    step(chunk, emit) {
      if (inner) return inner.step(chunk, emit);
      leading.push(chunk);
      inner = choose(chunk);
      if (!inner) return;
      for (const held of leading) inner.step(held, emit);
      leading = [];
    },
    flush(emit) {
      inner?.flush(emit);
    },
  };
}

/** White space and the bytes of a BOM. No other text starts with one of these bytes. */
const blankBytes: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** One document, or one on each line. Text that does not parse counts as cut off. */
function jsonDecoder(longest: number): Transducer<Uint8Array, BodyMessage> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  return {
    step(chunk, emit) {
      if (length > longest) return;
      const text = decoder.decode(chunk, { stream: true });
      pieces.push(text);
      length += text.length;
      if (length <= longest) return;
      pieces = [];
      emit({ event: '', data: '', problem: 'too_long' });
    },
    flush(emit) {
      if (length > longest) return;
      const text = (pieces.join('') + decoder.decode()).trim();
      if (parseJson(text) !== undefined) return emit({ event: '', data: text });
      for (const line of text.split(/\r\n?|\n/)) {
        const data = line.trim();
        if (data === '') continue;
        const whole = parseJson(data) !== undefined;
        emit({ event: '', data, ...(!whole && { problem: 'unterminated' as const }) });
        if (!whole) return;
      }
    },
  };
}

/** Characters of a page that are kept, enough to find the title. */
const pageStart = 16 * 1024;

function pageDecoder(): Transducer<Uint8Array, BodyMessage> {
  const decoder = new TextDecoder();
  let text = '';
  return {
    step(chunk) {
      if (text.length < pageStart) text += decoder.decode(chunk, { stream: true });
    },
    flush(emit) {
      emit({ event: '', data: text.slice(0, pageStart), problem: 'html' });
    },
  };
}
