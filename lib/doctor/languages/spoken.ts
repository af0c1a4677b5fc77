/**
 * Clients of the other formats. Each uses the codec by which occ itself asks an upstream of that format, so that what it reads
 * can be held to the same laws, and what it sends is what such a client sends.
 */
import type { ApiErrorBody, Decoded, ErrorEvent } from '../../anthropic/events.ts';
import { isContent, isRemark } from '../../anthropic/events.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { isObject, parseJson, type JsonObject } from '../../json.ts';
import type { Transducer } from '../../stream/transducer.ts';
import { codecs } from '../../wire/codecs.ts';
import { formats, type WireFormat, type WireRoute } from '../../wire/formats.ts';
import { defaultQuirks } from '../../wire/quirks.ts';
import { textOf, type RecordedResponse } from '../bench/recorded-response.ts';
import type { Language, TimedEvent, Violation } from './language.ts';

/** The formats besides Anthropic's, and whether a body is an error of the format with this status. */
const errorShapes: Readonly<
  Record<Exclude<WireFormat, 'messages'>, (error: JsonObject, status: number) => boolean>
> = {
  chat: isOpenAiError,
  responses: isOpenAiError,
  gemini: ({ code, message, status: name }, status) =>
    code === status && typeof message === 'string' && typeof name === 'string',
};

function isOpenAiError({ message, type }: JsonObject): boolean {
  return typeof message === 'string' && typeof type === 'string';
}

/** A client that speaks `format`. */
export function spoken(format: Exclude<WireFormat, 'messages'>): Language {
  const codec = codecs[format];
  return {
    name: format,
    ask(request, proxy, token) {
      const route = routeTo(proxy, format, request.model);
      const url = new URL(codec.url(route));
      return {
        path: url.pathname + url.search,
        headers: codec.headers(route, token),
        body: JSON.stringify(codec.encodeRequest(request, route)),
      };
    },
    watchContent(request) {
      const decoder = decoderFor(request, format);
      let content = false;
      return (bytes) => {
        decoder.step(bytes, (decoded) => (content ||= !isRemark(decoded) && isContent(decoded)));
        return content;
      };
    },
    read: (response, request) => readEvents(response, decoderFor(request, format)),
    // Comments, which begin with a colon, and blank lines that end no event (WHATWG HTML, server-sent events).
    keptAlive: (response) => /(?:^|\n):|^\n|\n\n\n/.test(textOf(response)),
    error(status, text): ApiErrorBody | undefined {
      const body = parseJson(text);
      const error = isObject(body) ? body['error'] : undefined;
      if (!isObject(error) || !errorShapes[format](error, status)) return undefined;
      const { type, message } = codec.decodeError(status, text);
      return { type, message };
    },
  };
}

function decoderFor(request: MessagesRequest, format: WireFormat): Transducer<Uint8Array, Decoded> {
  const route = routeTo('http://127.0.0.1', format, request.model);
  return codecs[format].decodeStream(route, {
    request,
    session: '',
    messageId: 'msg_client',
    inputTokens: 0,
  });
}

/** occ as a provider of this format, without anything odd about it. */
function routeTo(proxy: string, format: WireFormat, model: string): WireRoute {
  const { path, auth } = formats[format];
  return {
    provider: 'occ',
    modelId: model,
    format,
    endpoint: `${proxy}${format === 'gemini' ? '/v1beta' : '/v1'}${path}`,
    auth,
    headers: {},
    contextWindow: 0,
    maxOutputTokens: 0,
    images: true,
    documents: true,
    tools: true,
    efforts: ['low', 'medium', 'high'],
    quirks: { ...defaultQuirks, thinking: 'effort', replayReasoning: 'always', midSystem: 'system' },
  };
}

/** A stream that its own format calls broken or unfinished violates a law; an error that it reports is an answer. */
function readEvents(
  response: RecordedResponse,
  decoder: Transducer<Uint8Array, Decoded>,
): TimedEvent[] | Violation {
  const events: TimedEvent[] = [];
  let violation: Violation | undefined;
  let atMs = 0;
  const take = (decoded: Decoded): void => {
    if (decoded.type === 'failed' && decoded.reason !== 'upstream')
      violation ??= { rule: `${rules[decoded.reason]}: ${decoded.error.message}` };
    if (!isRemark(decoded)) events.push({ event: decoded, atMs });
  };
  for (const chunk of response.chunks) {
    atMs = chunk.atMs;
    decoder.step(chunk.bytes, take);
  }
  decoder.flush(take);
  const failure = violation && failureAtEnd(textOf(response));
  if (failure) return [...events.filter(({ event }) => event.type !== 'error'), { event: failure, atMs }];
  return violation ?? events;
}

/**
 * The error that follows the last event of a stream as JSON alone. That is what the clients of Google's format take for
 * a failure; they read an error within an event as one more part of the answer (measured with `@google/genai` 1.30 and 2.32).
 */
function failureAtEnd(text: string): ErrorEvent | undefined {
  const body = parseJson(text.slice(text.lastIndexOf('\n\n') + 1));
  const error = isObject(body) ? body['error'] : undefined;
  if (!isObject(error) || typeof error['message'] !== 'string') return undefined;
  return { type: 'error', error: { type: 'api_error', message: error['message'] } };
}

/** The law that a stream breaks which fails for this reason. */
const rules = { truncated: 'P1', malformed: 'L11', overflow: 'L3' } as const;
