/** Blocks of a message as Gemini's parts, in their order. What cannot be shown becomes a note that says what it was. */
import { blockText, documentBlocks, documentNote, imageNote, unknownNote } from '../encode/notes.ts';
import { isBlock, type ContentBlock, type DocumentBlock, type ImageBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import type { Route } from '../codec.ts';
import type { GeminiBlob, GeminiPart } from './types.ts';

/** A part that a user, or a tool, may say. */
export type SpokenPart = { text: string } | { inlineData: GeminiBlob };

export function toParts(blocks: readonly ContentBlock[], route: Route): SpokenPart[] {
  return blocks.flatMap((block) => {
    if (isBlock(block, 'image')) return [toImage(block, route)];
    if (isBlock(block, 'document')) return toDocument(block, route);
    const words = blockText(block) ?? (silent.has(block.type) ? '' : unknownNote(block));
    return isBlank(words) ? [] : [{ text: words }];
  });
}

/** Blocks that mean nothing to a model that did not make them. */
const silent: ReadonlySet<string> = new Set(['thinking', 'redacted_thinking', 'server_tool_use', 'tool_use']);

/** The kinds of image Gemini takes; one of another kind fails the whole request. */
const imageTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/heic',
  'image/heif',
]);

function toImage(image: ImageBlock, route: Route): SpokenPart {
  const { source } = image;
  if (!route.images) return { text: imageNote(image) };
  if (source.type !== 'base64')
    return { text: imageNote(image, 'the file is kept where this model cannot reach it') };
  const mimeType = source.media_type === 'image/jpg' ? 'image/jpeg' : source.media_type;
  if (!imageTypes.has(mimeType))
    return { text: imageNote(image, 'this model does not take images of this kind') };
  return { inlineData: { mimeType, data: source.data } };
}

function toDocument(document: DocumentBlock, route: Route): SpokenPart[] {
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
