/** The route, request and message id that all wire tests use. */
import assert from 'node:assert/strict';
import type { Decoded } from '../../lib/anthropic/events.ts';
import type { Transducer } from '../../lib/stream/transducer.ts';
import { chatDecoder } from '../../lib/wire/chat/stream.ts';
import type { Turn } from '../../lib/wire/codec.ts';
import type { WireFormat, WireRoute } from '../../lib/wire/formats.ts';
import { geminiDecoder } from '../../lib/wire/gemini/stream.ts';
import { messagesDecoder } from '../../lib/wire/messages/stream.ts';
import { responsesDecoder } from '../../lib/wire/responses/stream.ts';
import { defaultQuirks, type Quirks } from '../../lib/wire/quirks.ts';

export type Decoder = Transducer<Uint8Array, Decoded>;

const decoders = {
  chat: chatDecoder,
  gemini: geminiDecoder,
  messages: messagesDecoder,
  responses: responsesDecoder,
};

export type Format = keyof typeof decoders;
export const formats = Object.keys(decoders) as Format[];

/** The format, if it is one that the tests can read; fails otherwise. */
export function readable(format: WireFormat): Format {
  assert(isReadable(format), `the tests have no decoder and no readers for the format ${format}`);
  return format;
}

function isReadable(format: string): format is Format {
  return Object.hasOwn(decoders, format);
}

export interface TurnOptions {
  quirks?: Partial<Quirks>;
  /** The requested model, which `message_start` must contain. */
  model?: string;
  /** The client's stop sequences. */
  stops?: readonly string[];
  /** Whether the client requests a web search tool. */
  search?: boolean;
}

export const requestedModel = 'claude-sonnet-5';
export const messageId = 'msg_01OccTestTurn';

/** Declared in the request: plain names, one that is a prefix of another, and one that OpenAI's rule forbids. */
export const declaredTools = ['Read', 'ReadMany', 'Write', 'Bash', 'mcp__files.search/all'] as const;

export function route(format: Format, quirks: Partial<Quirks> = {}): WireRoute {
  return {
    provider: 'opencode-go',
    modelId: 'some-model',
    format,
    endpoint: 'http://127.0.0.1/none',
    auth: 'bearer',
    headers: {},
    contextWindow: 200_000,
    maxOutputTokens: 32_000,
    images: true,
    documents: false,
    tools: true,
    efforts: [],
    quirks: { ...defaultQuirks, ...quirks },
  };
}

export function turn({ model = requestedModel, stops, search }: TurnOptions = {}): Turn {
  return {
    session: 'session-1',
    request: {
      model,
      max_tokens: 1000,
      messages: [{ role: 'user', content: 'go on' }],
      tools: [
        ...declaredTools.map((name) => ({ name, input_schema: { type: 'object', properties: {} } })),
        ...(search ? [{ type: 'web_search_20250305', name: 'web_search' }] : []),
      ],
      ...(stops && { stop_sequences: [...stops] }),
    },
    messageId,
    inputTokens: 1234,
  };
}

/** A new decoder, for one stream. */
export function decoder(format: Format, options: TurnOptions = {}): Decoder {
  return decoders[format](route(format, options.quirks), turn(options));
}
