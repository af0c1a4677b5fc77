/**
 * Reads the bulk of a messages stream on its bytes: consecutive deltas of the open block that differ in their text only.
 *
 * Why: almost every event of an answer is such a delta and passes unchanged, and parsing one costs several times as much as
 * checking its bytes and sending them on.
 *
 * How: the form of the events is learned, not assumed (`delta-form.ts`). An event that differs from it anywhere but in its
 * text, or whose text is not a valid JSON string in valid UTF-8, is left to the parser.
 */
import { batchedDelta } from '../../anthropic/delta-batch.ts';
import type { Batch, BlockDelta } from '../../anthropic/events.ts';
import { expected, stringScan, viewOf, type Expected, type StringScan } from '../../stream/json-bytes.ts';
import type { SseScanner } from '../../stream/sse.ts';
import type { BatchFrame } from '../decode/frames.ts';
import { formOf, isOfForm, textsOf, type DeltaForm } from './delta-form.ts';

export interface DeltaScanner extends SseScanner<BatchFrame> {
  /** Learns the form of an event that passed as it came; `data` is its JSON. The next deltas of its block may be read here. */
  learn(event: BlockDelta, data: string): void;
  /** Leaves the next events to the parser, because something else than such a delta came. */
  forget(): void;
}

/** How a server frames the data of an event. */
interface Framing {
  /** What precedes the data. */
  before: string;
  /** The line ends after it. */
  after: Expected;
}

/** The framing of `encodeEvent`. What has it is sent without copying. */
const own: Framing = { before: 'event: content_block_delta\ndata: ', after: expected('\n\n') };

const framings: readonly Framing[] = [
  own,
  ...['\n', '\r\n'].flatMap((end) =>
    ['', 'event:content_block_delta', 'event: content_block_delta'].flatMap((event) =>
      ['data:', 'data: '].map((data) => ({
        before: `${event}${event === '' ? '' : end}${data}`,
        after: expected(`${end}${end}`),
      })),
    ),
  ),
];

/** Forms that fitted no event, and events that fitted no form, one after the other, before a stream is left to the parser. */
const maxUseless = 8;

export function deltaScanner(): DeltaScanner {
  let form: DeltaForm | undefined;
  let tail = expected('');
  /** The framing of the stream and what begins each event in it; undefined until an event has fitted. */
  let framing: Framing | undefined;
  let start = expected('');
  let ready = false;
  let useless = 0;

  function learn(event: BlockDelta, data: string): void {
    ready = false;
    if (useless >= maxUseless) return;
    if (!form || !isOfForm(form, event, data)) {
      form = formOf(event, data);
      if (!form) return void useless++;
      tail = expected(form.tail);
      start = expected(`${framing?.before ?? ''}${form.head}`);
    }
    ready = true;
  }

  function scan(chunk: Uint8Array, from: number): { found: BatchFrame; end: number } | undefined {
    if (!form) return undefined;
    const read = framing ? readIn(framing, form, chunk, from) : findFraming(form, chunk, from);
    if (!read && ++useless >= maxUseless) ready = false;
    if (!read) return undefined;
    useless = 0;
    const { index, type } = form;
    const texts = textsOf(form, own.before, read.bytes);
    const deltas = batchedDelta(index, type, { bytes: read.bytes, characters: read.characters, texts });
    return { found: { type: 'batch', deltas }, end: read.end };
  }

  function findFraming(form: DeltaForm, chunk: Uint8Array, from: number): Read | undefined {
    for (const one of framings) {
      start = expected(`${one.before}${form.head}`);
      const read = readIn(one, form, chunk, from);
      if (!read) continue;
      framing = one;
      return read;
    }
    return undefined;
  }

  function readIn(one: Framing, form: DeltaForm, chunk: Uint8Array, from: number): Read | undefined {
    const strings = stringScan();
    const view = viewOf(chunk);
    /** The data of each event that has another framing. */
    const data: Uint8Array[] = [];
    let at = from;
    let characters = 0;
    for (;;) {
      const end = endOfDelta(chunk, view, at, form, one.after, strings);
      if (end < 0) break;
      if (one !== own) data.push(chunk.subarray(at + one.before.length, end - one.after.length));
      at = end;
      // A string that ends in an event of another form does not count.
      characters = strings.length();
    }
    if (at === from) return undefined;
    const bytes = one === own ? chunk.subarray(from, at) : framed(data);
    return { bytes, characters, end: at };
  }

  /** The position after the event at `from`; -1 if the event has another form or is not complete. */
  function endOfDelta(
    chunk: Uint8Array,
    view: DataView,
    from: number,
    { variesBlanks }: DeltaForm,
    after: Expected,
    strings: StringScan,
  ): number {
    if (!start.isAt(chunk, view, from)) return -1;
    const quote = strings.end(chunk, from + start.length);
    if (quote < 0) return -1;
    const end = variesBlanks ? afterBrackets(chunk, quote + 1) : quote + tail.length;
    if (!variesBlanks && !tail.isAt(chunk, view, quote)) return -1;
    return end >= 0 && after.isAt(chunk, view, end) ? end + after.length : -1;
  }

  return { isReady: () => ready, learn, forget: () => void (ready = false), scan };
}

type Read = Pick<Batch, 'bytes' | 'characters'> & { end: number };

/** The position after two closing brackets with any blanks before each; -1 if something else is there. */
function afterBrackets(chunk: Uint8Array, from: number): number {
  const first = afterBlanks(chunk, from);
  if (chunk[first] !== closeBrace) return -1;
  const second = afterBlanks(chunk, first + 1);
  return chunk[second] === closeBrace ? second + 1 : -1;
}

function afterBlanks(chunk: Uint8Array, from: number): number {
  let at = from;
  while (chunk[at] === 0x20 || chunk[at] === 0x09) at++;
  return at;
}

const closeBrace = 0x7d;

/** The events in the framing of `encodeEvent`. */
function framed(data: readonly Uint8Array[]): Uint8Array {
  const before = utf8(own.before);
  const after = utf8('\n\n');
  const length = data.reduce((sum, one) => sum + before.length + one.length + after.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const one of data)
    for (const part of [before, one, after]) {
      bytes.set(part, at);
      at += part.length;
    }
  return bytes;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
