/**
 * Thought signatures through a client that knows none (P10). Gemini signs single parts: a thought, a text, a function
 * call, or an empty part; Anthropic signs thinking blocks alone. So each signature travels in the signature of a
 * thinking block, an empty one if need be, and says which part it belongs to; nothing is kept here.
 *
 * Claude Code returns such blocks at their place and unchanged (measured with 2.1.330). One thing it cannot bear is one
 * at the very end of an answer in words: its `-p` prints the last block. What to do then is the decoder's decision.
 */
import { originOf, readSignature, tagSignature, type Origin } from '../../anthropic/provenance.ts';
import { isBlock, type ContentBlock } from '../../anthropic/request.ts';
import { toText } from '../../json.ts';

/**
 * Which part a signature belongs to, seen from the block that carries it:
 * - `thought`: the last `length` characters of this block's own thinking;
 * - `text`: `length` characters of the text before it, with `after` more behind them; 0 is an empty part of its own;
 * - `next`: the first `length` characters of the text behind it;
 * - `call`: the call of this id, before or behind it in the same message.
 */
export type Place =
  | { on: 'thought' | 'next'; length: number }
  | { on: 'text'; length: number; after: number }
  | { on: 'call'; id: string };

/** The signature of a thinking block that carries `signature` for the part at `place`. */
export function carry(origin: Origin, place: Place, signature: string): string {
  return tagSignature(origin, `${redactedLine(place)}:${signature}`);
}

function redactedLine(place: Place): string {
  if (place.on === 'call') return `call:${place.id}`;
  return place.on === 'text' ? `text:${place.length}+${place.after}` : `${place.on}:${place.length}`;
}

const carried = /^(?:(thought|text|next):(\d+)(?:\+(\d+))?|call:([A-Za-z0-9_-]+)):(.+)$/s;

/** A block that stands for a part and knows the part's own signature. The key is no string, so no client can send one. */
export const partSignature = Symbol('thought signature');

/** The signature of the part a block stands for; see `restored`. */
export function signatureOf(block: ContentBlock): string | undefined {
  const signature: unknown = (block as { [partSignature]?: unknown })[partSignature];
  return typeof signature === 'string' ? signature : undefined;
}

function sign<B extends ContentBlock>(block: B, signature: string): B {
  return { ...block, [partSignature]: signature };
}

/**
 * An assistant message's blocks with each signature of this very origin back on its part, texts and thoughts split
 * where parts met. Thinking that was made elsewhere is left out; so is a signature whose part is not there any more.
 */
export function restored(blocks: readonly ContentBlock[], origin: Origin): ContentBlock[] {
  const out: ContentBlock[] = [];
  const calls = new Map<string, string>();
  /** The characters of the next text that a signature awaits. */
  let awaited: { length: number; signature: string } | undefined;
  for (const block of blocks) {
    if (isBlock(block, 'thinking')) {
      const made = readSignature(block.signature);
      if (made?.origin !== originOf(origin)) continue;
      const [, place, digits, more = '0', id, signature = ''] = carried.exec(made.payload) ?? [];
      const length = Number(digits);
      if (id !== undefined && !calls.has(id)) calls.set(id, signature);
      if (place === 'next') awaited = { length, signature };
      const text = toText(block.thinking);
      const thought: ContentBlock = { type: 'thinking', thinking: text };
      if (place === 'thought') out.push(...split(thought, text.length - length, length, signature));
      else if (text !== '') out.push(thought);
      if (place === 'text') signLast(out, length, Number(more), signature);
      continue;
    }
    const next = isBlock(block, 'text') ? awaited : undefined;
    if (next) awaited = undefined;
    out.push(...(next ? split(block, 0, next.length, next.signature) : [block]));
  }
  return out.map((block) => {
    const signature = isBlock(block, 'tool_use') ? calls.get(toText(block.id)) : undefined;
    return signature === undefined ? block : sign(block, signature);
  });
}

/** A prose block as the parts it was made of, the one of `length` characters at `from` signed; whole if it is none of it. */
function split(block: ContentBlock, from: number, length: number, signature: string): ContentBlock[] {
  const field = block.type === 'text' ? 'text' : 'thinking';
  const text = toText(block[field]);
  const to = from + length;
  if (from < 0 || to > text.length) return [block];
  const part = (start: number, end: number): ContentBlock => ({ ...block, [field]: text.slice(start, end) });
  return [
    ...(from > 0 ? [part(0, from)] : []),
    sign(part(from, to), signature),
    ...(to < text.length ? [part(to, text.length)] : []),
  ];
}

function signLast(out: ContentBlock[], length: number, after: number, signature: string): void {
  const last = out.at(-1);
  const text = last && isBlock(last, 'text') ? toText(last.text) : '';
  if (length === 0 && after === 0) out.push(sign({ type: 'text', text: '' }, signature));
  else if (last && isBlock(last, 'text') && signatureOf(last) === undefined)
    out.splice(-1, 1, ...split(last, text.length - after - length, length, signature));
}
