/** The interface of a wire format: encodes requests, decodes responses. Each format is one folder; none imports another. */
import type { Decoded } from '../anthropic/events.ts';
import type { ApiError } from '../anthropic/errors.ts';
import type { Effort, MessagesRequest, ThinkingConfig } from '../anthropic/request.ts';
import type { JsonObject } from '../json.ts';
import type { Transducer } from '../stream/transducer.ts';
import type { PromptPart } from './prompt.ts';
import type { Quirks } from './quirks.ts';

/** The endpoint, limits, capabilities and quirks of one model at one provider, as its codec needs them. */
export interface Route {
  /** The provider's name in the configuration: `opencode-go`. */
  readonly provider: string;
  /** The model id that the upstream uses. */
  readonly modelId: string;
  /** The name of the wire format: part of where content comes from (`Origin`). `WireRoute` limits it to those that exist. */
  readonly format: string;
  /** For chat, messages and responses the full URL; for gemini the URL up to and including `/models`. */
  readonly endpoint: string;
  /** The header that carries the API key; `bearer` is `Authorization: Bearer`. */
  readonly auth: 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none';
  /** Extra headers from the provider's configuration. */
  readonly headers: Readonly<Record<string, string>>;

  /** Tokens, input and output together. */
  readonly contextWindow: number;
  /** Tokens of the window that a request must leave free for this model to be chosen; 0 when absent. */
  readonly contextMargin?: number;
  /** Most tokens of one response. */
  readonly maxOutputTokens: number;
  readonly images: boolean;
  readonly documents: boolean;
  readonly tools: boolean;
  /** The effort levels that the model accepts, lowest first; empty when it has none. */
  readonly efforts: readonly Effort[];

  // Configured for this model; each overrides the value in the client's request.
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly reasoningEffort?: string;
  readonly thinking?: ThinkingConfig;

  readonly quirks: Quirks;
}

/** The request that is encoded, or whose response is decoded, and what the format needs beside it. */
export interface Turn {
  readonly request: MessagesRequest;
  /** A stable id of the conversation, for formats and providers that cache by it. */
  readonly session: string;
  /** `msg_` and a random suffix; the same for every attempt of one request. */
  readonly messageId: string;
  /** The proxy's estimate of the request's tokens, for a `message_start` before the upstream reports usage. */
  readonly inputTokens: number;
  /** The client's body, where the client speaks a format other than Anthropic's. */
  readonly given?: { readonly format: string; readonly body: JsonObject };
}

export interface Codec {
  /** The URL to POST the request to. */
  url(route: Route): string;
  /** The headers of the format and the API key; the proxy adds content-type and User-Agent. */
  headers(route: Route, key: string | undefined): Record<string, string>;
  /**
   * The request in this format, always with streaming on. Each attempt encodes the client's original body, never the
   * output of an earlier encoding. `session` identifies the conversation, for formats with a prompt cache key.
   */
  encodeRequest(request: MessagesRequest, route: Route, session?: string): unknown;
  /** What a prompt cache sees of a body that `encodeRequest` made, in order. The parts are those of the body, not copies. */
  prompt(body: unknown, route: Route): PromptPart[];
  /** Decodes the bytes of a 2xx body, streamed or not, into events and remarks. */
  decodeStream(route: Route, turn: Turn): Transducer<Uint8Array, Decoded>;
  /** Decodes the body of a response with a status of 300 or more. Never throws. */
  decodeError(status: number, body: string): ApiError;
}
