/** Converts content blocks to the content of a Chat Completions message. */
import { blockText, documentBlocks, documentNote, imageNote, unknownNote } from '../encode/notes.ts';
import { isBlock, type ContentBlock, type DocumentBlock, type ImageBlock } from '../../anthropic/request.ts';
import { isBlank, joinTexts } from '../encode/text.ts';
import { toText } from '../../json.ts';
import type { Route } from '../codec.ts';
import { detailOf } from '../image-detail.ts';
import type { ChatPart, ChatTextPart } from './types.ts';

/** The parts for `blocks`, in order. A note replaces content that the model cannot receive. */
export function toParts(blocks: readonly ContentBlock[], route: Route): ChatPart[] {
  return blocks.flatMap((block) => {
    if (isBlock(block, 'image')) return [toImage(block, route)];
    if (isBlock(block, 'document')) return toDocument(block, route);
    const text = blockText(block) ?? (omitted.has(block.type) ? '' : unknownNote(block));
    return isBlank(text) ? [] : [textPart(text, block, route)];
  });
}

/** Blocks that only the model that created them can use. */
const omitted: ReadonlySet<string> = new Set(['thinking', 'redacted_thinking', 'server_tool_use']);

function textPart(text: string, block: ContentBlock, { quirks }: Route): ChatTextPart {
  const marker = quirks.cacheControl ? block['cache_control'] : undefined;
  return { type: 'text', text, ...(isMarker(marker) && { cache_control: marker }) };
}

export function isMarker(value: unknown): value is NonNullable<ChatTextPart['cache_control']> {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'ephemeral';
}

function note(text: string): ChatTextPart {
  return { type: 'text', text };
}

function toImage(image: ImageBlock, route: Route): ChatPart {
  const { source } = image;
  if (!route.images) return note(imageNote(image));
  const detail = detailOf(image);
  // Chat Completions has no `original`.
  const looked = detail !== 'auto' && { detail: detail === 'low' ? detail : ('high' as const) };
  if (source.type === 'url') return { type: 'image_url', image_url: { url: source.url, ...looked } };
  if (source.type !== 'base64')
    return note(imageNote(image, 'the file is kept where this model cannot reach it'));
  const url = `data:${source.media_type};base64,${source.data}`;
  return { type: 'image_url', image_url: { url, ...looked } };
}

function toDocument(document: DocumentBlock, route: Route): ChatPart[] {
  const inner = documentBlocks(document);
  if (inner !== undefined) return toParts(inner, route);
  const { source, title } = document;
  if (source.type !== 'base64' || !route.documents) return [note(documentNote(document))];
  const filename = title || `document.${source.media_type.split('/').at(-1) ?? 'bin'}`;
  return [{ type: 'file', file: { filename, file_data: `data:${source.media_type};base64,${source.data}` } }];
}

export function isText(part: ChatPart): part is ChatTextPart {
  return part.type === 'text';
}

/**
 * A plain string, which every server accepts, if all parts are text; else the parts. Where a client may mark parts for the
 * cache it is always the parts: the marks move from turn to turn, and the text must not change with them (P12).
 */
export function toContent<P extends ChatPart>(parts: readonly P[], { quirks }: Route): string | P[] {
  const plain = !quirks.cacheControl && parts.every(isText);
  return plain ? joinTexts(parts.map((part) => (isText(part) ? part.text : ''))) : [...parts];
}

/** The text of the text blocks, for fields that allow text only. */
export function textOf(blocks: readonly ContentBlock[]): string {
  return joinTexts(blocks.filter((block) => isBlock(block, 'text')).map((block) => toText(block.text)));
}
