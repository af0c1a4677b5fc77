/** Encodes the blocks of a message as parts of an input item. */
import { blockText, documentBlocks, documentNote, imageNote, unknownNote } from '../encode/notes.ts';
import { isBlock, type ContentBlock, type DocumentBlock, type ImageBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { toText } from '../../json.ts';
import type { Route } from '../codec.ts';
import { detailOf } from '../image-detail.ts';
import type { InputPart, InputText } from './types.ts';

/** The parts for `blocks`, in their order; what the model cannot be shown is replaced by a note. */
export function toParts(blocks: readonly ContentBlock[], route: Route): InputPart[] {
  return blocks.flatMap((block) => {
    if (isBlock(block, 'image')) return [toImage(block, route)];
    if (isBlock(block, 'document')) return toDocument(block, route);
    const text = blockText(block) ?? (omitted.has(block.type) ? '' : unknownNote(block));
    return isBlank(text) ? [] : [inputText(text)];
  });
}

/** Block types that only the model that made them can use. */
const omitted: ReadonlySet<string> = new Set(['thinking', 'redacted_thinking', 'server_tool_use']);

export function inputText(text: string): InputText {
  return { type: 'input_text', text };
}

export function isText(part: InputPart): part is InputText {
  return part.type === 'input_text';
}

function toImage(image: ImageBlock, route: Route): InputPart {
  const { source } = image;
  if (!route.images) return inputText(imageNote(image));
  const detail = detailOf(image);
  if (source.type === 'url') return { type: 'input_image', detail, image_url: source.url };
  if (source.type !== 'base64')
    return inputText(imageNote(image, 'the file is kept where this model cannot reach it'));
  return { type: 'input_image', detail, image_url: dataUrl(source) };
}

function toDocument(document: DocumentBlock, route: Route): InputPart[] {
  const inner = documentBlocks(document);
  if (inner !== undefined) return toParts(inner, route);
  const { source, title } = document;
  if (source.type !== 'base64' || !route.documents) return [inputText(documentNote(document))];
  const filename = title || `document.${toText(source.media_type).split('/').at(-1) || 'bin'}`;
  return [{ type: 'input_file', filename, file_data: dataUrl(source) }];
}

function dataUrl({ media_type: mediaType, data }: { media_type: string; data: string }): string {
  return `data:${mediaType};base64,${data}`;
}
