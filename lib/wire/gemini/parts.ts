/** Encodes the blocks of a user message or tool result as Gemini's parts, in their order. */
import { blockText, documentBlocks, documentNote, imageNote, unknownNote } from '../encode/notes.ts';
import { isBlock, type ContentBlock, type DocumentBlock, type ImageBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import type { Route } from '../codec.ts';
import type { GeminiBlob, GeminiPart } from './types.ts';

/** A part of a user message or of a tool result. */
export type InputPart = { text: string } | { inlineData: GeminiBlob };

/** The parts for `blocks`; what the model cannot be shown is replaced by a note. */
export function toParts(blocks: readonly ContentBlock[], route: Route): InputPart[] {
  return blocks.flatMap((block) => {
    if (isBlock(block, 'image')) return [toImage(block, route)];
    if (isBlock(block, 'document')) return toDocument(block, route);
    const text = blockText(block) ?? (omitted.has(block.type) ? '' : unknownNote(block));
    return isBlank(text) ? [] : [{ text }];
  });
}

/** Block types that only the model that made them can use. */
const omitted: ReadonlySet<string> = new Set([
  'thinking',
  'redacted_thinking',
  'server_tool_use',
  'tool_use',
]);

/** The image types that Gemini accepts; any other type fails the whole request. */
const imageTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/heic',
  'image/heif',
]);

function toImage(image: ImageBlock, route: Route): InputPart {
  const { source } = image;
  if (!route.images) return { text: imageNote(image) };
  if (source.type !== 'base64')
    return { text: imageNote(image, 'the file is kept where this model cannot reach it') };
  const mimeType = source.media_type === 'image/jpg' ? 'image/jpeg' : source.media_type;
  if (!imageTypes.has(mimeType))
    return { text: imageNote(image, 'this model does not take images of this kind') };
  return { inlineData: { mimeType, data: source.data } };
}

function toDocument(document: DocumentBlock, route: Route): InputPart[] {
  const inner = documentBlocks(document);
  if (inner !== undefined) return toParts(inner, route);
  const { source, title } = document;
  if (source.type !== 'base64' || source.media_type !== 'application/pdf' || !route.documents)
    return [{ text: documentNote(document) }];
  const file = { inlineData: { mimeType: source.media_type, data: source.data } };
  return title ? [{ text: `Document: ${title}` }, file] : [file];
}

export function isText(part: GeminiPart): part is { text: string } {
  return part.text !== undefined;
}
