/**
 * Encodes the origin of ids and signatures into the values that the client stores and returns, so that they can be restored
 * without state, also by another instance of occ (P9, P10).
 */
import { digest } from '../stream/digest.ts';

/** The upstream that made an answer. A signature is restored only for the same origin. */
export interface Origin {
  format: string;
  provider: string;
  modelId: string;
}

export interface Provenance {
  origin: string;
  /** The upstream's signature, `encrypted_content` or `reasoning_details`; "" if it sent none. */
  payload: string;
}

const signatureTag = 'occ1.';

/** The name of an origin: `chat/opencode-go/glm-5.3`. */
export function originOf({ format, provider, modelId }: Origin): string {
  return `${format}/${provider}/${modelId}`;
}

/** A signature for the client that contains the origin of the thinking and the upstream's own signature. */
export function tagSignature(origin: Origin, payload = ''): string {
  return `${signatureTag}${toBase64Url(originOf(origin))}.${payload}`;
}

/** Decodes a signature made by `tagSignature`; undefined for any other, such as Claude's own, which are not tagged. */
export function readSignature(signature: string | undefined): Provenance | undefined {
  if (!signature?.startsWith(signatureTag)) return undefined;
  const end = signature.indexOf('.', signatureTag.length);
  if (end < 0) return undefined;
  const origin = fromBase64Url(signature.slice(signatureTag.length, end));
  return origin === undefined ? undefined : { origin, payload: signature.slice(end + 1) };
}

/**
 * The signature of an empty thinking block that carries what an upstream attached to its answer and expects back (P11).
 * `readSignature` returns an origin for it that no upstream has, so that it is never sent as a signature.
 */
export function tagAttachment(origin: Origin, payload: string): string {
  return `${signatureTag}${toBase64Url(attachedBy + originOf(origin))}.${payload}`;
}

/** Decodes a signature made by `tagAttachment`; undefined for any other. */
export function readAttachment(signature: string | undefined): Provenance | undefined {
  const read = readSignature(signature);
  return read?.origin.startsWith(attachedBy)
    ? { origin: read.origin.slice(attachedBy.length), payload: read.payload }
    : undefined;
}

/** No origin begins with this: the format comes first in it. */
const attachedBy = 'attached by ';

const anthropicId = /^[A-Za-z0-9_-]+$/;
const idTag = 'toolu_occ2_';
const hashTag = 'toolu_occ0_';

/** Characters (UTF-16 code units). Longer ids are hashed and not restored: only the call and its result still match. */
export const maxReversibleToolId = 8192;

/**
 * The id for the client: the upstream's own if it matches Anthropic's pattern and `upstreamToolId` will return it to the
 * upstream unchanged, else an encoded one that `originalToolId` decodes. `rules` are the rules of `origin`.
 */
export function clientToolId(id: string, origin: Origin, rules: ToolIdRules = { max: 64 }): string {
  if (fits(id, rules)) return id;
  return id.length <= maxReversibleToolId ? tagOf(origin) + toBase64Url(id) : hashTag + digest(id);
}

/** The id that `origin` made, from the id that the client returns. An id that was not encoded is returned unchanged. */
export function originalToolId(id: string, origin: Origin): string {
  // Most ids were not encoded, and a long history has many: the tag of the origin costs two hashes.
  if (!id.startsWith(idTag)) return id;
  const tag = tagOf(origin);
  return (id.startsWith(tag) && fromBase64Url(id.slice(tag.length))) || id;
}

/** Whether occ encoded or hashed the id for the client, and not from one that `origin` made. */
export function isForeignToolId(id: string, origin: Origin): boolean {
  return (id.startsWith(idTag) && originalToolId(id, origin) === id) || id.startsWith(hashTag);
}

/** Six characters are enough to distinguish the upstreams of a conversation, and keep ids short. */
function tagOf(origin: Origin): string {
  return idTag + digest(originOf(origin)).slice(1, 7);
}

/** An upstream's rules for the ids of tool calls. */
export interface ToolIdRules {
  /** Maximum length in characters. */
  max: number;
  /** Exactly nine alphanumeric characters, as Mistral requires. */
  nine?: boolean;
}

/**
 * The id to send to `origin` for an id that the client returned. An id that `origin` made and that was encoded for the
 * client is restored exactly (P9): Kimi's chat template reads the tool's name from ids such as `functions.Read:0`. Any
 * other id is hashed if it breaks the upstream's rules. The result depends only on the client's id, so a call and its
 * result always match.
 */
export function upstreamToolId(id: string, rules: ToolIdRules, origin: Origin): string {
  const original = originalToolId(id, origin);
  if (original !== id) return original;
  if (fits(id, rules)) return id;
  return rules.nine ? digest(id).slice(0, 9) : `call_${digest(id)}`.slice(0, rules.max);
}

/** True for an id that both the client and an upstream with these rules accept, and that occ did not encode. */
function fits(id: string, { max, nine }: ToolIdRules): boolean {
  if (nine) return /^[A-Za-z0-9]{9}$/.test(id);
  return id.length <= max && anthropicId.test(id) && !id.startsWith(idTag);
}

/** The id of a call that the upstream sent without one, derived from the call's position in the message (P9). */
export function derivedToolId(messageId: string, position: number): string {
  return `toolu_${messageId.replace(/^msg_/, '')}_${position}`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (letter, value) => [letter, value]));

function toBase64Url(text: string): string {
  // TextEncoder replaces lone surrogates by U+FFFD; JSON could not carry such an id anyway.
  const bytes = new TextEncoder().encode(text);
  let encoded = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3);
    encoded += alphabet[a >> 2];
    encoded += alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)];
    if (b !== undefined) encoded += alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)];
    if (c !== undefined) encoded += alphabet[c & 63];
  }
  return encoded;
}

function fromBase64Url(encoded: string): string | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of encoded) {
    const value = values.get(letter);
    if (value === undefined) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  // Keep a leading U+FEFF, which the decoder would remove as a BOM.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytes));
  // Text that does not encode to the same characters was not encoded by occ.
  return toBase64Url(text) === encoded ? text : undefined;
}
