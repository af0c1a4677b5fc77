/** Reads the content of messages: a string, or a list of parts. */
import type { CacheControl, ContentBlock, ImageBlock, TextBlock } from '../../../anthropic/request.ts';
import { isObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { withDetail } from '../../image-detail.ts';
import { Unservable } from '../../served.ts';
import { isAbsent, nameAt, objectAt, textAt, wrong } from './shape.ts';

/** Text parts only: of system, developer and assistant messages. */
export function readTexts(content: Json | undefined, param: string): TextBlock[] {
  return partsOf(content, param).map(([part, at]) => {
    const type = nameAt(part['type'], `${at}.type`);
    if (type === 'text') return toTextBlock(part, at);
    if (type === 'refusal') return { type: 'text', text: textAt(part['refusal'], `${at}.refusal`) };
    throw new Unservable(`${at}: only text can stand here, not ${quoted(type)}`, at);
  });
}

/** All parts: of user and tool messages. */
export function readParts(content: Json | undefined, param: string): ContentBlock[] {
  return partsOf(content, param).map(([part, at]) => readPart(part, at));
}

/** The parts, each with its path. A string is one part, and an absent content none. */
function partsOf(content: Json | undefined, param: string): [JsonObject, string][] {
  if (isAbsent(content) || content === '') return [];
  if (typeof content === 'string') return [[{ type: 'text', text: content }, param]];
  if (!Array.isArray(content)) return wrong(param, 'a string or a list of parts', content);
  return content.map((part, at): [JsonObject, string] => {
    const path = `${param}[${at}]`;
    return [typeof part === 'string' ? { type: 'text', text: part } : objectAt(part, path), path];
  });
}

function toTextBlock(part: JsonObject, param: string): TextBlock {
  return { type: 'text', text: textAt(part['text'], `${param}.text`), ...markerIn(part) };
}

/** The mark for the prompt cache that a part, a message or a tool carries (OpenRouter, LiteLLM, the AI SDK). */
export function markerIn({ cache_control: given }: { readonly cache_control?: unknown }): {
  cache_control?: CacheControl;
} {
  if (!isObject(given) || given['type'] !== 'ephemeral') return {};
  const ttl = toText(given['ttl']);
  return { cache_control: { type: 'ephemeral', ...(ttl !== '' && { ttl }) } };
}

function readPart(part: JsonObject, param: string): ContentBlock {
  return { ...readUnmarked(part, param), ...markerIn(part) };
}

function readUnmarked(part: JsonObject, param: string): ContentBlock {
  const type = nameAt(part['type'], `${param}.type`);
  switch (type) {
    case 'text':
      return toTextBlock(part, param);
    case 'image_url':
      return readImage(part['image_url'], `${param}.image_url`);
    case 'file':
      return readFile(objectAt(part['file'], `${param}.file`), `${param}.file`);
    case 'input_audio':
      throw new Unservable(`${param}: occ passes no audio on. Send the text of it instead`, param);
    default:
      throw new Unservable(
        `${param}: occ knows no content of type ${quoted(type)}. It takes text, image_url and file`,
        param,
      );
  }
}

/** `image_url` is an object; some clients send the URL itself. */
function readImage(given: Json | undefined, param: string): ContentBlock {
  if (typeof given === 'string') return toImage(given, param);
  const { url, detail } = objectAt(given, param);
  return withDetail(toImage(nameAt(url, `${param}.url`), `${param}.url`), detail);
}

function toImage(address: string, at: string): ImageBlock {
  if (/^https?:\/\//i.test(address)) return { type: 'image', source: { type: 'url', url: address } };
  const { mediaType, data } =
    dataIn(address) ?? wrong(at, 'an http, https or base64 data URL', 'another one');
  return { type: 'image', source: { type: 'base64', media_type: mediaType || 'image/png', data } };
}

function readFile(file: JsonObject, param: string): ContentBlock {
  if (!isAbsent(file['file_id']) && isAbsent(file['file_data']))
    throw new Unservable(
      `${param}.file_id: a file that was uploaded to OpenAI cannot be reached from here. Send its content as file_data`,
      `${param}.file_id`,
    );
  const given = nameAt(file['file_data'], `${param}.file_data`);
  const title = toText(file['filename']);
  // Without a media type it is a PDF, which is what most servers accept.
  const { mediaType, data } = dataIn(given) ?? { mediaType: '', data: given };
  const type = mediaType || 'application/pdf';
  if (type.startsWith('image/')) return { type: 'image', source: { type: 'base64', media_type: type, data } };
  const text = type.startsWith('text/') ? fromBase64(data) : undefined;
  const source =
    text === undefined
      ? ({ type: 'base64', media_type: type, data } as const)
      : ({ type: 'text', media_type: 'text/plain', data: text } as const);
  return { type: 'document', source, ...(title !== '' && { title }) };
}

/** The parts of a base64 data URL. Regular expressions would run over megabytes. */
function dataIn(url: string): { mediaType: string; data: string } | undefined {
  const comma = url.indexOf(',');
  if (comma < 0 || !url.slice(0, 5).toLowerCase().startsWith('data:')) return undefined;
  const [mediaType = '', ...parameters] = url.slice(5, comma).split(';');
  if (parameters.at(-1)?.trim().toLowerCase() !== 'base64') return undefined;
  return { mediaType: mediaType.trim().toLowerCase(), data: url.slice(comma + 1) };
}

/** Undefined for invalid base64 or UTF-8. */
function fromBase64(data: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A type for a message to the client. */
function quoted(type: string): string {
  return JSON.stringify(type.slice(0, 60));
}
