/** Blocks of a message as the parts of an input item, in their order. */
import { blockText, documentBlocks, documentNote, imageNote, unknownNote } from '../encode/notes.ts';
import { isBlock, type ContentBlock, type DocumentBlock, type ImageBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { toText } from '../../json.ts';
import type { Route } from '../codec.ts';
import type { InputPart, InputText } from './types.ts';

/** The parts for `blocks`; what the model cannot be shown becomes a note that says what it was. */
export function toParts(blocks: readonly ContentBlock[], route: Route): InputPart[] {
  return blocks.flatMap((block) => {
    if (isBlock(block, 'image')) return [toImage(block, route)];
    if (isBlock(block, 'document')) return toDocument(block, route);
    const words = blockText(block) ?? (silent.has(block.type) ? '' : unknownNote(block));
    return isBlank(words) ? [] : [inputText(words)];
  });
}

/** Blocks that mean nothing to a model that did not make them. */
const silent: ReadonlySet<string> = new Set(['thinking', 'redacted_thinking', 'server_tool_use']);

export function inputText(text: string): InputText {
  return { type: 'input_text', text };
}

export function isText(part: InputPart): part is InputText {
  return part.type === 'input_text';
}

function toImage(image: ImageBlock, route: Route): InputPart {
  const { source } = image;
  if (!route.images) return inputText(imageNote(image));
  if (source.type === 'url') return { type: 'input_image', detail: 'auto', image_url: source.url };
  if (source.type !== 'base64')
    return inputText(imageNote(image, 'the file is kept where this model cannot reach it'));
  return { type: 'input_image', detail: 'auto', image_url: dataUrl(source) };
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
