/**
 * What a client of this format keeps as `encrypted_content` (P10). Clients return it unchanged, so it carries the signature
 * of a thinking block through the conversation:
 *
 * - `occ1.…`: a signature that names its origin, as in Anthropic's format;
 * - `occs.…`: a signature without an origin, which is Claude's own;
 * - `occr.…`: the data of redacted thinking;
 * - anything else was made by a server that the client used without occ. None of the configured upstreams made it, so none gets
 *   it.
 */
import { readSignature, tagAttachment, tagSignature, type Origin } from '../../../anthropic/provenance.ts';
import type { ContentBlock } from '../../../anthropic/request.ts';
import type { JsonObject } from '../../../json.ts';
import { continued } from '../replay.ts';

const plainTag = 'occs.';
const redactedTag = 'occr.';

/** No upstream has this origin: the name of a provider is never empty. */
const elsewhere: Origin = { format: 'responses', provider: '', modelId: '' };

/** The `encrypted_content` for the signature of a thinking block. */
export function sealSignature(signature: string): string {
  return readSignature(signature) ? signature : plainTag + signature;
}

/** The `encrypted_content` for a block of redacted thinking. */
export function sealRedacted(data: string): string {
  return redactedTag + data;
}

/** The blocks of a reasoning item with these texts. */
export function openReasoning(texts: readonly string[], encrypted: string): ContentBlock[] {
  if (encrypted.startsWith(redactedTag))
    return [{ type: 'redacted_thinking', data: encrypted.slice(redactedTag.length) }];
  const signature = openSignature(encrypted);
  const origin = originIn(signature);
  const last = { type: 'thinking', thinking: texts.at(-1) ?? '', signature };
  if (texts.length < 2) return texts.length === 0 && signature === '' ? [] : [last];
  if (origin?.format !== 'responses') return [{ ...last, thinking: texts.join('\n\n') }];
  // The codec joins the parts again: all blocks but the last one are signed as continued.
  const parts = texts.slice(0, -1).map((thinking) => ({
    type: 'thinking',
    thinking,
    signature: tagSignature(origin, continued),
  }));
  return [...parts, last];
}

function openSignature(encrypted: string): string {
  if (encrypted === '' || readSignature(encrypted)) return encrypted;
  return encrypted.startsWith(plainTag)
    ? encrypted.slice(plainTag.length)
    : tagSignature(elsewhere, encrypted);
}

/** The block that takes an item with encrypted content back to its origin; undefined if its origin is not known. */
export function openItem(item: JsonObject, encrypted: string): ContentBlock | undefined {
  const origin = originIn(encrypted);
  if (!origin) return undefined;
  const { id: _, ...rest } = item;
  const payload = JSON.stringify({ item: { ...rest, encrypted_content: readSignature(encrypted)?.payload } });
  return { type: 'thinking', thinking: '', signature: tagAttachment(origin, payload) };
}

/** The origin that a signature names. The id of a model may contain slashes. */
function originIn(signature: string): Origin | undefined {
  const [, format, provider, modelId] =
    /^([^/]*)\/([^/]*)\/(.*)$/s.exec(readSignature(signature)?.origin ?? '') ?? [];
  return format === undefined || provider === undefined || modelId === undefined
    ? undefined
    : { format, provider, modelId };
}
