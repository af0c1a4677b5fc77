/** One request to the emulator: what arrived, how the agent reads it, and how it ended. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import type { WireFormat } from '../wire/formats.ts';
import { toConversation, type Conversation } from './conversation.ts';
import { formatAt } from './formats.ts';
import type { Ending } from './play.ts';

export interface ReceivedRequest {
  /** Counted from 1 since the emulator started. */
  number: number;
  /** When it arrived, as of `performance.now()`. */
  arrivedMs: number;
  method: string;
  /** Without its query. */
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  /** The parsed body; empty if it is not a JSON object. */
  body: JsonObject;
  bodyBytes: number;
  /** The body was longer than the emulator reads, and was discarded. */
  tooLarge: boolean;
  /** The format of the path; undefined if no format is served there. */
  format: WireFormat | undefined;
  /** The body as the agent sees it. */
  conversation: Conversation;
  /** The names of the headers that contained a credential. */
  keyHeaders: readonly string[];
  /** The status of the response, once it was sent. */
  status?: number;
  /** How it ended, once it has. */
  ending?: Ending;
  /** Resolves when it has ended in any way. */
  ended: Promise<Ending>;
}

/** The largest body that is read, in bytes: more than a client may send through occ. */
const largestBody = 128 * 1024 * 1024;

/** Reads a request to its end. Rejects if the client disconnects before. */
export async function receive(
  request: IncomingMessage,
  number: number,
  arrivedMs: number,
): Promise<{ received: ReceivedRequest; end: (ending: Ending) => void }> {
  const { text, bytes, tooLarge } = await readBody(request);
  const parsed = parseJson(text);
  const body = isObject(parsed) ? parsed : {};
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const format = request.method === 'POST' ? formatAt(path) : undefined;
  let end: (ending: Ending) => void = () => {};
  const received: ReceivedRequest = {
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
    conversation: format?.read(body, path) ?? emptyConversation,
    keyHeaders: ['authorization', 'x-api-key', 'x-goog-api-key'].filter((name) => request.headers[name]),
    ended: new Promise((resolve) => {
      end = (ending) => {
        received.ending = ending;
        resolve(ending);
      };
    }),
  };
  return { received, end: (ending) => end(ending) };
}

const emptyConversation = toConversation([], { model: '', stream: false, tools: [], stops: [] });

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
