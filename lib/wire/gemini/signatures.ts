/**
 * Carries thought signatures through the client without state in occ (P10). Gemini signs single parts: a thought, a text, a
 * function call, or an empty part. Anthropic's API has signatures only on thinking blocks. So each signature is stored in
 * the signature of a thinking block, which may be empty, together with the part it belongs to.
 *
 * Claude Code returns such blocks unchanged and in place (measured with 2.1.330). One of them must not be the last block of
 * a text answer, because `claude -p` prints only the last block; `prose.ts` avoids that.
 */
import { originOf, readSignature, tagSignature, type Origin } from '../../anthropic/provenance.ts';
import { isBlock, type ContentBlock } from '../../anthropic/request.ts';
import { toText } from '../../json.ts';

/**
 * The signature that Google documents for calls that Gemini did not make, such as those of another model. Gemini 3
 * rejects a step whose first call has no signature.
 */
export const placeholderSignature = 'skip_thought_signature_validator';

/**
 * The part that a signature belongs to, relative to the block that carries it:
 * - `thought`: the last `length` characters of the block's own thinking;
 * - `text`: `length` characters of the preceding text, followed by `after` more; 0 and 0 is a separate, empty part;
 * - `next`: the first `length` characters of the following text;
 * - `call`: the call with this id, anywhere in the same message.
 */
export type Place =
  | { on: 'thought' | 'next'; length: number }
  | { on: 'text'; length: number; after: number }
  | { on: 'call'; id: string };

/** The signature of a thinking block that carries `signature` for the part at `place`. */
export function carry(origin: Origin, place: Place, signature: string): string {
  return tagSignature(origin, `${encodePlace(place)}:${signature}`);
}

function encodePlace(place: Place): string {
  if (place.on === 'call') return `call:${place.id}`;
  return place.on === 'text' ? `text:${place.length}+${place.after}` : `${place.on}:${place.length}`;
}

const carried = /^(?:(thought|text|next):(\d+)(?:\+(\d+))?|call:([A-Za-z0-9_-]+)):(.+)$/s;

/** The key of a block's part signature. It is a symbol, so that a client cannot send one. */
export const partSignature = Symbol('thought signature');

/** The part signature of a block that `restored` returned. */
export function signatureOf(block: ContentBlock): string | undefined {
  const signature: unknown = (block as { [partSignature]?: unknown })[partSignature];
  return typeof signature === 'string' ? signature : undefined;
}

function sign<B extends ContentBlock>(block: B, signature: string): B {
  return { ...block, [partSignature]: signature };
}

/**
 * Restores the parts of an assistant message: each signature of this origin is put back on its part, and texts and
 * thoughts are split into their original parts. Left out are thinking of other origins and signatures whose part is gone.
 */
export function restored(blocks: readonly ContentBlock[], origin: Origin): ContentBlock[] {
  const out: ContentBlock[] = [];
  const calls = new Map<string, string>();
  /** A signature for the beginning of the next text. */
  let pending: { length: number; signature: string } | undefined;
  for (const block of blocks) {
    if (isBlock(block, 'thinking')) {
      const parsed = readSignature(block.signature);
      if (parsed?.origin !== originOf(origin)) continue;
      const [, place, digits, more = '0', id, signature = ''] = carried.exec(parsed.payload) ?? [];
      const length = Number(digits);
      if (id !== undefined && !calls.has(id)) calls.set(id, signature);
      if (place === 'next') pending = { length, signature };
      const text = toText(block.thinking);
      const thought: ContentBlock = { type: 'thinking', thinking: text };
      if (place === 'thought') out.push(...split(thought, text.length - length, length, signature));
      else if (text !== '') out.push(thought);
      if (place === 'text') signLast(out, length, Number(more), signature);
      continue;
    }
    const next = isBlock(block, 'text') ? pending : undefined;
    if (next) pending = undefined;
    out.push(...(next ? split(block, 0, next.length, next.signature) : [block]));
  }
  return out.map((block) => {
    const signature = isBlock(block, 'tool_use') ? calls.get(toText(block.id)) : undefined;
    return signature === undefined ? block : sign(block, signature);
  });
}

/** Splits a block and signs the part of `length` characters at `from`; returns it unchanged if that is out of range. */
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
