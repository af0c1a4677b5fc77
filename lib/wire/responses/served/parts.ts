/** Reads the content of an item: a string, or parts of text, images and files. */
import type { ContentBlock, ImageBlock } from '../../../anthropic/request.ts';
import { isObject, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { withDetail } from '../../image-detail.ts';
import { Unservable } from '../../served.ts';

/** `path` is that of `content`, for errors. */
export function readContent(content: Json | undefined, path: string): ContentBlock[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw new Unservable(`${path} must be a string or a list of parts.`, path);
  return content.flatMap((part, at) => readPart(part, `${path}[${at}]`));
}

function readPart(part: Json, path: string): ContentBlock[] {
  if (!isObject(part)) throw new Unservable(`${path} must be an object with a type.`, path);
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'summary_text':
    case 'reasoning_text':
    case 'text':
      return textBlock(part, 'text', path);
    case 'refusal':
      return textBlock(part, 'refusal', path);
    case 'input_image':
      return [readImage(part, path)];
    case 'input_file':
      return [readFile(part, path)];
    case 'input_audio':
      throw new Unservable(
        `${path} is audio, which no upstream of this proxy takes. Send a transcript.`,
        path,
      );
    default:
      throw new Unservable(
        `${path}.type is ${quoted(part['type'])}; expected input_text, output_text, refusal, input_image or input_file.`,
        `${path}.type`,
      );
  }
}

function textBlock(part: JsonObject, field: string, path: string): ContentBlock[] {
  const text = part[field];
  if (typeof text !== 'string')
    throw new Unservable(`${path}.${field} must be a string.`, `${path}.${field}`);
  return text === '' ? [] : [{ type: 'text', text }];
}

function readImage(part: JsonObject, path: string): ContentBlock {
  const { image_url: given, detail } = part;
  const url = toText(isObject(given) ? given['url'] : given);
  if (url === '') throw noFile(part, 'image_url', path);
  return withDetail(toImage(url, path), detail ?? toObject(given)['detail']);
}

function toImage(url: string, path: string): ImageBlock {
  const data = dataOf(url);
  if (data) return { type: 'image', source: { type: 'base64', media_type: data.type, data: data.base64 } };
  return { type: 'image', source: { type: 'url', url: webUrl(url, `${path}.image_url`) } };
}

function readFile(part: JsonObject, path: string): ContentBlock {
  const title = toText(part['filename']);
  const named = title !== '' && { title };
  const url = toText(part['file_url']);
  if (url !== '')
    return { type: 'document', source: { type: 'url', url: webUrl(url, `${path}.file_url`) }, ...named };
  const given = toText(part['file_data']);
  if (given === '') throw noFile(part, 'file_data', path);
  const { type, base64 } = dataOf(given) ?? { type: 'application/pdf', base64: given };
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    throw new Unservable(`${path}.file_data must be base64, or a data URL with base64.`, `${path}.file_data`);
  return { type: 'document', source: toSource(type, base64), ...named };
}

/** Text is sent as text, which every model can read. */
function toSource(type: string, base64: string): JsonObject {
  if (!type.startsWith('text/')) return { type: 'base64', media_type: type, data: base64 };
  return { type: 'text', media_type: 'text/plain', data: decoded(base64) };
}

function decoded(base64: string): string {
  // `atob` throws for a length that no base64 has; the bytes before the odd one are still text.
  const whole = base64.replace(/=+$/, '');
  const bytes = atob(whole.length % 4 === 1 ? whole.slice(0, -1) : whole);
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

function dataOf(url: string): { type: string; base64: string } | undefined {
  const [, type = '', base64 = ''] = /^data:([^;,]*)(?:;[^;,]*)*;base64,(.*)$/s.exec(url) ?? [];
  return base64 === '' ? undefined : { type: type || 'application/octet-stream', base64 };
}

function webUrl(url: string, path: string): string {
  if (/^https?:\/\//i.test(url)) return url;
  throw new Unservable(`${path} must be an http(s) URL, or a data URL with base64.`, path);
}

function noFile(part: JsonObject, field: string, path: string): Unservable {
  if (part['file_id'] === undefined || part['file_id'] === null)
    return new Unservable(`${path}.${field} must be a string.`, `${path}.${field}`);
  const message = `${path}.file_id names a file at OpenAI, which no other upstream can read. Send the file itself as ${field}.`;
  return new Unservable(message, `${path}.file_id`);
}

/** A value in the form in which an error may quote it: a short string or a number, and the kind of anything else. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : JSON.stringify(value);
}
