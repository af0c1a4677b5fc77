/** Reads the parts of the user's side: text, media and code. */
import type { ContentBlock } from '../../../anthropic/request.ts';
import type { JsonObject } from '../../../json.ts';
import { codeText } from '../code.ts';
import { at, objectField, otherFields, textField, wrong } from './fields.ts';

/** Receives the name of each field that has no place in the canonical language. */
export type Leave = (name: string) => void;

/** The fields of a part that hold its content. */
export const contentFields = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
] as const;

const partFields: ReadonlySet<string> = new Set([...contentFields, 'thought', 'thoughtSignature']);

/** Reports what a part has beside the fields that are read. */
export function leaveOthers(part: JsonObject, leave: Leave): void {
  for (const name of otherFields(part, partFields)) leave(`contents.parts.${name}`);
}

/** The block of a text, a file or code; undefined for a part that holds none of them. */
export function toBlock(part: JsonObject, path: string, leave: Leave): ContentBlock | undefined {
  const text = textField(part, 'text', path);
  const inline = objectField(part, 'inlineData', path);
  if (inline) return toMedia(inline, at(path, 'inlineData'), leave);
  const file = objectField(part, 'fileData', path);
  if (file) return toFile(file, at(path, 'fileData'), leave);
  const code = codeText({
    executableCode: objectField(part, 'executableCode', path),
    codeExecutionResult: objectField(part, 'codeExecutionResult', path),
  });
  const content = code ?? text ?? '';
  return content === '' ? undefined : { type: 'text', text: content };
}

/** An image or a document from inline data; a note in place of what other formats do not have, such as audio. */
export function toMedia(blob: JsonObject, path: string, leave: Leave): ContentBlock {
  const mimeType = mimeTypeOf(blob, path);
  const data = textField(blob, 'data', path) ?? '';
  if (data === '') throw wrong(at(path, 'data'), 'base64', undefined);
  const title = textField(blob, 'displayName', path);
  // Google's clients write base64 in either alphabet.
  const standard = data.replaceAll('-', '+').replaceAll('_', '/');
  if (mimeType.startsWith('image/'))
    return { type: 'image', source: { type: 'base64', media_type: mimeType, data: standard } };
  if (mimeType === 'application/pdf')
    return {
      type: 'document',
      source: { type: 'base64', media_type: mimeType, data: standard },
      ...(title !== undefined && { title }),
    };
  const words = isTextual(mimeType) ? decodedText(standard) : undefined;
  if (words !== undefined)
    return {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: words },
      ...(title !== undefined && { title }),
    };
  leave('contents.parts.inlineData');
  return note(title ?? 'a file', mimeType);
}

/** A file by its URL. Files that Google keeps can be read by Google alone. */
function toFile(file: JsonObject, path: string, leave: Leave): ContentBlock {
  const mimeType = textField(file, 'mimeType', path)?.toLowerCase() ?? '';
  const url = textField(file, 'fileUri', path) ?? '';
  if (url === '') throw wrong(at(path, 'fileUri'), 'the URL of a file', undefined);
  const isReachable = /^https?:/i.test(url) && !/^https?:\/\/[^/]*\bgoogleapis\.com\//i.test(url);
  if (isReachable && mimeType.startsWith('image/')) return { type: 'image', source: { type: 'url', url } };
  if (isReachable && mimeType === 'application/pdf')
    return { type: 'document', source: { type: 'url', url } };
  leave('contents.parts.fileData');
  return note(url, mimeType === '' ? 'a file' : mimeType);
}

function mimeTypeOf(blob: JsonObject, path: string): string {
  const mimeType = textField(blob, 'mimeType', path) ?? '';
  if (mimeType === '') throw wrong(at(path, 'mimeType'), 'a media type such as image/png', undefined);
  const plain = mimeType.toLowerCase().replace(/;.*$/s, '').trim();
  return plain === 'image/jpg' ? 'image/jpeg' : plain;
}

function isTextual(mimeType: string): boolean {
  return /^text\/|^application\/(?:json|xml|javascript|x-javascript|typescript|yaml|x-yaml|toml|sql|rtf)$/.test(
    mimeType,
  );
}

/** Undefined for what is no base64 or no UTF-8. */
function decodedText(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function note(name: string, kind: string): ContentBlock {
  return { type: 'text', text: `[${name}: ${kind}, not shown: this model cannot read it]` };
}
