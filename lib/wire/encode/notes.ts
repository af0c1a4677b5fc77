/**
 * Text that replaces content which a model or format cannot receive. Every note describes what was omitted, so that the
 * model can mention it.
 */
import { isObject, toText } from '../../json.ts';
import { toBlocks, type ContentBlock, type DocumentBlock, type ImageBlock } from '../../anthropic/request.ts';
import { joinTexts } from './text.ts';

/** Replaces an empty tool result, which several servers reject. */
export const noOutput = '(no output)';

/** Replaces a missing tool result. */
export const noResult =
  '[no result: the call was interrupted, or its result is no longer part of this conversation]';

/** Precedes the result of a failed call in formats without `is_error`. */
export const failedResult = '[the tool reported an error]';

export function imageNote(image: ImageBlock, why = 'this model reads text only'): string {
  const { kind, size } = describe(image.source, 'image');
  return `[image: ${kind}${size}, not shown: ${why}]`;
}

export function documentNote(document: DocumentBlock, why = 'this model cannot read it'): string {
  const { kind, size } = describe(document.source, 'document');
  const title = document.title ? ` "${document.title}"` : '';
  return `[document${title}: ${kind}${size}, not shown: ${why}]`;
}

function describe(source: unknown, noun: string): { kind: string; size: string } {
  const { type, media_type: mediaType, url, file_id: fileId, data } = isObject(source) ? source : {};
  if (type === 'url') return { kind: toText(url) || 'a URL', size: '' };
  if (type === 'file') return { kind: `uploaded file ${toText(fileId)}`.trimEnd(), size: '' };
  return { kind: toText(mediaType) || `unknown ${noun}`, size: sizeText(toText(data)) };
}

function sizeText(base64: string): string {
  const bytes = Math.floor((base64.length * 3) / 4);
  if (bytes === 0) return '';
  return bytes < 1024 ? `, ${bytes} bytes` : `, about ${Math.round(bytes / 1024)} kB`;
}

/** The blocks of a `text` or `content` document, preceded by its title and context; undefined for files. */
export function documentBlocks(document: DocumentBlock): ContentBlock[] | undefined {
  const { source, title, context } = document;
  const inner =
    source.type === 'text'
      ? toBlocks(source.data)
      : source.type === 'content'
        ? toBlocks(source.content)
        : undefined;
  if (inner === undefined) return undefined;
  const head = joinTexts([title ? `Document: ${title}` : '', context ?? '']);
  return head === '' ? inner : [{ type: 'text', text: head }, ...inner];
}

/** The text of a text-like block; undefined for media and for blocks without text. */
export function blockText(block: ContentBlock): string | undefined {
  switch (block.type) {
    case 'text':
      return toText(block['text']);
    case 'tool_reference':
      return `Tool ${toText(block['tool_name'])} is now available.`;
    case 'search_result': {
      const content = Array.isArray(block['content']) ? (block['content'] as ContentBlock[]) : [];
      const source = toText(block['source']);
      const head = `Search result: ${toText(block['title']) || source}${source ? ` (${source})` : ''}`;
      return joinTexts([head, ...content.map((inner) => blockText(inner) ?? '')]);
    }
    default:
      return undefined;
  }
}

/** Replaces a block of a type that the format does not have. */
export function unknownNote(block: ContentBlock): string {
  return `[a block of type "${block.type}" is not shown: this model cannot read it]`;
}
