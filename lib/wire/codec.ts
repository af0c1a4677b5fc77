/** A wire format: how to ask, and how to understand the answer. One folder each; none imports another. */
import type { Decoded } from '../anthropic/events.ts';
import type { ApiError } from '../anthropic/errors.ts';
import type { Effort, MessagesRequest, ThinkingConfig } from '../anthropic/request.ts';
import type { Transducer } from '../stream/transducer.ts';
import type { Quirks } from './quirks.ts';

export const wireFormats = ['chat', 'messages', 'responses', 'gemini'] as const;

/** `chat` is OpenAI Chat Completions, `messages` Anthropic, `responses` OpenAI Responses, `gemini` Google's generateContent. */
export type WireFormat = (typeof wireFormats)[number];

/** Where one model's requests go, what it can take, and what is odd there. */
export interface Route {
  /** The provider's name in the configuration: `opencode-go`. */
  readonly provider: string;
  /** The id the upstream knows the model by. */
  readonly modelId: string;
  readonly format: WireFormat;
  /** The whole URL for chat, messages and responses; for gemini the one that ends in `/models`. */
  readonly endpoint: string;
  /** Which header carries the key. */
  readonly auth: 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none';
  /** Headers the configuration adds for this provider. */
  readonly headers: Readonly<Record<string, string>>;

  /** Tokens the model can hold, input and output together. */
  readonly contextWindow: number;
  /** Tokens of the window that a request must leave free for this model to be chosen; 0 when absent. */
  readonly contextMargin?: number;
  /** Tokens it can answer with at most. */
  readonly maxOutputTokens: number;
  readonly images: boolean;
  readonly documents: boolean;
  readonly tools: boolean;
  /** The efforts it takes, mildest first; empty when it has no levels. */
  readonly efforts: readonly Effort[];

  /** What the configuration asks of this model; each wins over the client's own wish. */
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly reasoningEffort?: string;
  readonly thinking?: ThinkingConfig;

  readonly quirks: Quirks;
}

/** What encoders and decoders need to know about the exchange they are part of. */
export interface Turn {
  readonly request: MessagesRequest;
  /** A stable id of the conversation, for formats and providers that cache by it. */
  readonly session: string;
  /** `msg_` and a random tail; the same for every attempt of one exchange. */
  readonly messageId: string;
  /** The road's estimate of the request's tokens, for a `message_start` that comes before the upstream's count. */
  readonly inputTokens: number;
}

export interface Codec {
  readonly format: WireFormat;
  /** Where to post. */
  url(route: Route): string;
  /** The headers that belong to the format and the credential; content-type and User-Agent are the road's. */
  headers(route: Route, key: string | undefined): Record<string, string>;
  /**
   * The request in this format, always asking for a stream. Encoded from the client's own body each time, never from
   * an earlier encoding. `session` names the conversation, for formats that keep it by such a name.
   */
  encodeRequest(request: MessagesRequest, route: Route, session?: string): unknown;
  /** Bytes of a 2xx body, streamed or whole, into events and remarks. */
  decodeStream(route: Route, turn: Turn): Transducer<Uint8Array, Decoded>;
  /** A body that came with a status of 300 or more. Never throws, whatever the body holds. */
  decodeError(status: number, body: string): ApiError;
}
