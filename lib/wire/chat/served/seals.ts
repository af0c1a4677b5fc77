/**
 * Seals what an upstream of this format wants back: the origin is put into the signatures of `reasoning_details` and of the
 * fields that it attached to calls and messages, so that they return to it only (P10, P11). Only strings
 * change, so that a client that knows a field finds it in its form.
 */
import { originOf, readSignature, tagSignature, type Origin } from '../../../anthropic/provenance.ts';
import { isObject, type Json } from '../../../json.ts';

/** The names of strings that only their author can read. */
const opaque = /(^|_)(signature|opaque|encrypted|encrypted_content|data)$/i;

/** The value with its opaque strings sealed; the same value if it has none. */
export function seal(value: Json, origin: Origin, name = ''): Json {
  if (typeof value === 'string')
    return value !== '' && opaque.test(name) ? tagSignature(origin, value) : value;
  return changed(value, (inner, key) => seal(inner, origin, key || name));
}

/** The origin of the first sealed string in a value, as `originOf` writes it; undefined if nothing is sealed. */
export function sealedBy(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return readSignature(value)?.origin;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const origin = sealedBy(inner);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** The value with its strings as the upstream sent them. A string that came in pieces has a seal in each. */
export function unseal(value: Json): Json {
  if (typeof value !== 'string') return changed(value, unseal);
  const read = readSignature(value);
  if (!read) return value;
  return value.replaceAll(tagSignature(toOrigin(read.origin)), '');
}

/** The value for `origin`: unsealed if it made it, as it is if it is not sealed, undefined if another origin made it. */
export function forOrigin(value: Json, origin: Origin): Json | undefined {
  const by = sealedBy(value);
  if (by === undefined) return value;
  return by === originOf(origin) ? unseal(value) : undefined;
}

/** The parts of a text that `originOf` made. */
export function toOrigin(text: string): Origin {
  const [format = '', provider = '', ...model] = text.split('/');
  return { format, provider, modelId: model.join('/') };
}

function changed(value: Json, change: (inner: Json, key: string) => Json): Json {
  if (Array.isArray(value)) {
    const list = value.map((inner) => change(inner, ''));
    return list.every((inner, at) => inner === value[at]) ? value : list;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, Json | undefined] => [
    key,
    inner === undefined ? undefined : change(inner, key),
  ]);
  const isSame = entries.every(([key, inner]) => inner === value[key]);
  return isSame ? value : Object.fromEntries<Json | undefined>(entries);
}
