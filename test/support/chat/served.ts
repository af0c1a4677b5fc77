/** Reads requests and prints answers as the proxy does for clients of Chat Completions, and asks OpenAI's SDK about them. */
import OpenAI from 'openai';
import type { Message, StreamEvent } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { Route, Turn } from '../../../lib/wire/codec.ts';
import type { Printer, ReadRequest } from '../../../lib/wire/served.ts';
import { served } from '../../../lib/wire/chat/served/index.ts';
import { messageId, requestedModel } from '../turns.ts';

export const answerHead = { messageId, requestId: 'req_1', created: 1_787_800_000 };

export function readRequest(body: object): ReadRequest {
  return served.read({
    pathname: '/v1/chat/completions',
    query: new URLSearchParams(),
    headers: {},
    body: { ...body },
  });
}

/** A short request; `more` replaces fields. */
export function chatBody(more: object = {}): JsonObject {
  return {
    model: requestedModel,
    messages: [{ role: 'user', content: 'go on' }],
    stream: true,
    ...more,
  };
}

export function printerFor(body: object = chatBody()): Printer {
  return readRequest(body).printer(answerHead);
}

/** What a client gets for the events. */
export function printAll(events: readonly StreamEvent[], body: object = chatBody()): string {
  const printer = printerFor(body);
  return events.map((event) => textOf(printer.print(event))).join('');
}

/** The whole answer to the events. */
export function printWhole(events: readonly StreamEvent[], body: object = chatBody()): JsonObject {
  return printerFor(body).whole(foldMessage(events) as Message) as JsonObject;
}

export function textOf(printed: string | Uint8Array): string {
  return typeof printed === 'string' ? printed : new TextDecoder().decode(printed);
}

/** The turn of a request by a client of this format. */
export function turnOf(body: JsonObject): Turn {
  const { request } = readRequest(body);
  return { request, session: 'session-1', messageId, inputTokens: 1234, given: { format: 'chat', body } };
}

/** The body for an upstream of the same format; undefined if the codec has to encode the request. */
export function sameBody(body: object, route: Route): Record<string, unknown> | undefined {
  const given = body as JsonObject;
  return served.same?.encodeRequest(given, turnOf(given), route) as Record<string, unknown> | undefined;
}

/** OpenAI's client, which gets these bytes as the answer to every request. */
export function clientFor(bytes: string | Uint8Array, contentType = 'text/event-stream'): OpenAI {
  return new OpenAI({
    apiKey: 'unused',
    baseURL: 'http://127.0.0.1:1/v1',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(new Response(bytes as BodyInit, { headers: { 'content-type': contentType } })),
  });
}

/** The completion that OpenAI's SDK makes of a stream. Rejects as the SDK does. */
export async function sdkCompletion(stream: string | Uint8Array): Promise<OpenAI.ChatCompletion> {
  const asked = { model: requestedModel, messages: [{ role: 'user' as const, content: 'go on' }] };
  return clientFor(stream).chat.completions.stream(asked).finalChatCompletion();
}
