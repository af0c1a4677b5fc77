/** One request to the emulator: what arrived, what it asks for, and how it ended. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import type { WireFormat } from '../wire/codec.ts';
import { toConversation, type Conversation } from './conversation.ts';
import { formatAt } from './formats.ts';
import type { Ending } from './play.ts';

export interface ReceivedRequest {
  /** Counted from 1 over the emulator's life. */
  number: number;
  /** When it arrived, on the clock of `performance.now()`. */
  arrivedMs: number;
  method: string;
  /** Without its query. */
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  /** The parsed body; empty when there was none or it was no JSON object. */
  body: JsonObject;
  bodyBytes: number;
  /** The body was longer than the emulator reads, and was not read. */
  tooLarge: boolean;
  /** The format the path asked for; undefined where none is served. */
  format: WireFormat | undefined;
  /** The body as the agent reads it. */
  conversation: Conversation;
  /** The headers that carried a credential, by name. */
  keyHeaders: readonly string[];
  /** The status it was answered with, once it was. */
  status?: number;
  /** How it ended, once it did. */
  ending?: Ending;
  /** Resolves when it has ended, in whatever way. */
  ended: Promise<Ending>;
}

/** The largest body that is read, in bytes: more than any client may send through occ. */
const largestBody = 128 * 1024 * 1024;

/** Reads a request to its end. Rejects when the client leaves before. */
export async function receive(
  request: IncomingMessage,
  number: number,
  arrivedMs: number,
): Promise<{ asked: ReceivedRequest; end: (ending: Ending) => void }> {
  const { text, bytes, tooLarge } = await readBody(request);
  const parsed = parseJson(text);
  const body = isObject(parsed) ? parsed : {};
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const format = request.method === 'POST' ? formatAt(path) : undefined;
  let end: (ending: Ending) => void = () => {};
  const asked: ReceivedRequest = {
    number,
    arrivedMs,
    method: request.method ?? 'GET',
    path,
    query,
    headers: request.headers,
    body,
    bodyBytes: bytes,
    tooLarge,
    format: format?.format,
    conversation: format?.read(body, path) ?? nobody,
    keyHeaders: ['authorization', 'x-api-key', 'x-goog-api-key'].filter((name) => request.headers[name]),
    ended: new Promise((resolve) => {
      end = (ending) => {
        asked.ending = ending;
        resolve(ending);
      };
    }),
  };
  return { asked, end: (ending) => end(ending) };
}

const nobody = toConversation([], { model: '', stream: false, tools: [], stops: [] });

async function readBody(
  request: IncomingMessage,
): Promise<{ text: string; bytes: number; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= largestBody) chunks.push(chunk);
  }
  const tooLarge = bytes > largestBody;
  return { text: tooLarge ? '' : Buffer.concat(chunks).toString('utf8'), bytes, tooLarge };
}
