/**
 * Seals what an upstream wants back (P10, P11) into a `thoughtSignature`, which the client returns on the same part.
 *
 * A value is base64 of a JSON object, because Google's clients decode signatures as bytes and encode them again, some of
 * them in the other alphabet. Two kinds exist:
 * - `blocks`: the whole thinking that preceded the part. Clients such as Gemini CLI remove thoughts from their history
 *   and keep signatures. `call` is the id of the call that the part holds, for clients that drop it.
 * - `origin` and `signature`: a signature of an upstream of this format, and who made it.
 */
import { originOf, type Origin } from '../../../anthropic/provenance.ts';
import type { ContentBlock } from '../../../anthropic/request.ts';
import { isObject, parseJson, toArray, toText, type JsonObject } from '../../../json.ts';

export type Seal =
  | { kind: 'blocks'; blocks: ContentBlock[]; call: string | undefined }
  | { kind: 'signature'; origin: string; signature: string };

/** The base64 of `{"occ":1,`, with which every sealed value begins, in both alphabets. */
const mark = 'eyJvY2MiOjEs';

export function sealBlocks(blocks: readonly JsonObject[], call?: string): string {
  return toBase64({ occ: 1, blocks, ...(call !== undefined && { call }) });
}

export function sealSignature(origin: Origin, signature: string): string {
  return toBase64({ occ: 1, origin: originOf(origin), signature });
}

/** What a signature holds; undefined if occ did not seal it. */
export function unseal(signature: string): Seal | undefined {
  if (!signature.startsWith(mark)) return undefined;
  const sealed = parseJson(fromBase64(signature));
  if (!isObject(sealed)) return undefined;
  const { origin, signature: inner, blocks, call } = sealed;
  if (typeof origin === 'string' && typeof inner === 'string')
    return { kind: 'signature', origin, signature: inner };
  if (!Array.isArray(blocks)) return undefined;
  const id = toText(call);
  return {
    kind: 'blocks',
    blocks: toArray(blocks).flatMap(toThinking),
    call: id === '' ? undefined : id,
  };
}

/** Only thinking: nothing else may enter the conversation by way of a signature. */
function toThinking(block: unknown): ContentBlock[] {
  if (!isObject(block)) return [];
  const { type, thinking, signature, data } = block;
  if (type === 'redacted_thinking') return [{ type, data: toText(data) }];
  return type === 'thinking' ? [{ type, thinking: toText(thinking), signature: toText(signature) }] : [];
}

/** Bytes that become characters at once: a call takes a limited number of arguments. */
const step = 8192;

function toBase64(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += step)
    pieces.push(String.fromCharCode(...bytes.subarray(from, from + step)));
  return btoa(pieces.join(''));
}

/** "" for what is no base64. */
function fromBase64(text: string): string {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  try {
    const bytes = Uint8Array.from(atob(standard), (byte) => byte.charCodeAt(0));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  } catch {
    return '';
  }
}
