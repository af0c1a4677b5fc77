/**
 * Ids and signatures that remember where they came from, without any state: what is needed to restore them travels in
 * them, through the client and back (P9, P10). A restart of occ, or another occ, reads them just the same.
 */
import { digest } from '../stream/digest.ts';

/** Where an answer was made: wire format, provider and model. Signatures are only ever restored at the same origin. */
export interface Origin {
  format: string;
  provider: string;
  modelId: string;
}

export interface Provenance {
  origin: string;
  /** What the upstream sent: a signature, `encrypted_content`, `reasoning_details`; "" when it sent none. */
  payload: string;
}

const signatureTag = 'occ1.';

export function originOf({ format, provider, modelId }: Origin): string {
  return `${format}/${provider}/${modelId}`;
}

/** A signature for the client that says who made the thinking it closes. */
export function tagSignature(origin: Origin, payload = ''): string {
  return `${signatureTag}${toBase64Url(originOf(origin))}.${payload}`;
}

/** What `tagSignature` wrote; undefined for anything else, such as Claude's own signatures, which are never tagged. */
export function readSignature(signature: string | undefined): Provenance | undefined {
  if (!signature?.startsWith(signatureTag)) return undefined;
  const end = signature.indexOf('.', signatureTag.length);
  if (end < 0) return undefined;
  const origin = fromBase64Url(signature.slice(signatureTag.length, end));
  return origin === undefined ? undefined : { origin, payload: signature.slice(end + 1) };
}

const anthropicId = /^[A-Za-z0-9_-]+$/;
const idTag = 'toolu_occ2_';
const hashTag = 'toolu_occ0_';
/** Ids longer than this are hashed: they come back shortened, which is all that any upstream needs to pair them. */
const longestReversible = 512;

/**
 * The id a client may see: the upstream's own when Anthropic's pattern allows it, else one that says who made it and
 * that `originalToolId` undoes.
 */
export function clientToolId(id: string, origin: Origin): string {
  if (anthropicId.test(id) && !id.startsWith(idTag) && id.length <= longestReversible) return id;
  return id.length <= longestReversible ? tagOf(origin) + toBase64Url(id) : hashTag + digest(id);
}

/** The id `origin` gave, from the id the client returns; one that was not rewritten for it stays as it is. */
export function originalToolId(id: string, origin: Origin): string {
  const tag = tagOf(origin);
  return (id.startsWith(tag) && fromBase64Url(id.slice(tag.length))) || id;
}

/** Six letters are enough to tell a conversation's upstreams apart, and keep ids short. */
function tagOf(origin: Origin): string {
  return idTag + digest(originOf(origin)).slice(1, 7);
}

/** Bounds an upstream sets for the ids of tool calls. */
export interface ToolIdRules {
  /** Longest id in characters. */
  max: number;
  /** Exactly nine alphanumerics, as Mistral demands. */
  nine?: boolean;
}

/**
 * The id to send to `origin` for one the client returned. One that had to be rewritten for the client goes back to its
 * maker as it was made, whatever its characters (P9): Kimi's template reads the tool's name out of its own
 * `functions.Read:0`. Any other keeps to the upstream's rules, as a digest where need be. It follows from the client's
 * id alone, so a call and its result always agree, whichever upstream made them.
 */
export function upstreamToolId(id: string, rules: ToolIdRules, origin: Origin): string {
  const original = originalToolId(id, origin);
  if (original !== id) return original;
  if (rules.nine) return /^[A-Za-z0-9]{9}$/.test(id) ? id : digest(id).slice(0, 9);
  if (id.length <= rules.max && anthropicId.test(id) && !id.startsWith(idTag)) return id;
  return `call_${digest(id)}`.slice(0, rules.max);
}

/** The id of a call that came without one: its place in a message is its name (P9). */
export function derivedToolId(messageId: string, position: number): string {
  return `toolu_${messageId.replace(/^msg_/, '')}_${position}`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function toBase64Url(text: string): string {
  // Lone surrogates become U+FFFD here: such an id cannot travel in JSON unharmed anyway.
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
    const value = alphabet.indexOf(letter);
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  // A text may begin with the character that is also a BOM.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytes));
  // Only what we wrote is ours: anything that does not encode back to itself belongs to somebody else.
  return toBase64Url(text) === encoded ? text : undefined;
}
