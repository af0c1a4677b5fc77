/** Scrubs the body of a response: events, JSON, or a page. The result has as many bytes, at the same places. */
import { scrubDocuments } from './document.ts';
import { edited, type Edit } from './edits.ts';
import type { Place } from './modes.ts';
import type { Scrubber } from './scrubber.ts';

/** `status` is that of the response. */
export function scrubBody(body: Buffer, status: number, scrubber: Scrubber): Buffer {
  const { text, invalid } = decoded(body);
  const place = status >= 400 ? 'error' : 'answer';
  const scrubbed = isEvents(text)
    ? scrubEvents(text, place, scrubber)
    : /^\uFEFF?\s*[{["]/.test(text)
      ? (scrubDocuments([text], place, scrubber, false)[0] ?? '')
      : scrubber.scrub('prose', text, (inner) => inner);
  const bytes = encoded(scrubbed, invalid);
  if (bytes.length !== body.length) throw new Error('a scrubbed body has another length');
  return bytes;
}

function isEvents(text: string): boolean {
  return /^(?:data|event|id|retry)?:/m.test(text) && !/^\uFEFF?\s*[{[<]/.test(text);
}

interface Line {
  from: number;
  to: number;
}

function scrubEvents(text: string, place: Place, scrubber: Scrubber): string {
  const edits: Edit[] = [];
  /** Adjacent data lines are one document. */
  const documents: Line[][] = [];
  let open: Line[] | undefined;
  for (const { from, to } of linesOf(text)) {
    const line = text.slice(from, to);
    const [, field = '', space = ''] = /^(\w*):( ?)/.exec(line) ?? [];
    const start = from + field.length + 1 + space.length;
    if (line.startsWith('data:')) {
      if (open) open.push({ from: start, to });
      else documents.push((open = [{ from: start, to }]));
      continue;
    }
    if (line === '') open = undefined;
    if (/^event: ?[\w.-]*$/.test(line) || /^retry: ?\d*$/.test(line) || line === '') continue;
    const mode = field === 'id' ? 'id' : 'prose';
    const value = /^\w*:/.test(line) ? { from: start, to } : { from, to };
    edits.push({ ...value, text: scrubber.scrub(mode, text.slice(value.from, value.to), (inner) => inner) });
  }
  const texts = documents.map((lines) => lines.map(({ from, to }) => text.slice(from, to)).join('\n'));
  const isJson = texts.map((one) => /^\s*[{["]/.test(one) && one.trim() !== '[DONE]');
  const json = scrubDocuments(
    texts.filter((_, at) => isJson[at]),
    place,
    scrubber,
    true,
  );
  let next = 0;
  documents.forEach((lines, at) => {
    const whole = texts[at] ?? '';
    const result = isJson[at]
      ? (json[next++] ?? '')
      : whole.trim() === '[DONE]'
        ? whole
        : scrubber.scrub('prose', whole, (inner) => inner);
    let offset = 0;
    for (const { from, to } of lines) {
      edits.push({ from, to, text: result.slice(offset, offset + to - from) });
      offset += to - from + 1;
    }
  });
  return edited(text, edits);
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ from, to: index });
    from = index + end.length;
  }
  lines.push({ from, to: text.length });
  return lines;
}

/** A private-use character stands for each byte that is not UTF-8. */
const stand = '\uE000';
/** Invalid bytes in one place that are a part of a cut character. More are binary. */
const cutCharacter = 3;

function decoded(body: Buffer): { text: string; invalid: Buffer } {
  const plain = body.toString('utf8');
  if (Buffer.from(plain).equals(body) && !plain.includes(stand)) return { text: plain, invalid: Buffer.of() };
  const parts: string[] = [];
  const invalid: number[] = [];
  let run = 0;
  for (let at = 0; at < body.length;) {
    const length = lengthAt(body, at);
    const char = body.toString('utf8', at, at + length);
    if (length > 0 && char !== stand) {
      parts.push(char);
      run = 0;
      at += length;
      continue;
    }
    run++;
    parts.push(stand);
    const byte = body[at] ?? 0;
    invalid.push(run > cutCharacter ? 0xff : byte);
    at++;
  }
  return { text: parts.join(''), invalid: Buffer.from(invalid) };
}

/** Bytes of the character at the position; 0 if it is not UTF-8. */
function lengthAt(body: Buffer, at: number): number {
  const byte = body[at] ?? 0;
  const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
  const part = body.subarray(at, at + length);
  return length > 0 && part.length === length && Buffer.from(part.toString('utf8')).equals(part) ? length : 0;
}

function encoded(text: string, invalid: Buffer): Buffer {
  if (invalid.length === 0) return Buffer.from(text);
  const pieces = text.split(stand).map((part) => Buffer.from(part));
  return Buffer.concat(
    pieces.flatMap((piece, at) => (at === 0 ? [piece] : [invalid.subarray(at - 1, at), piece])),
  );
}
