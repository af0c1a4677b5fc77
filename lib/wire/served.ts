/**
 * The interface of a wire format that clients speak: reads their requests, and prints the events of the answer for them. Each
 * is the folder `served` of its format, beside the codec for upstreams of the same format.
 */
import type { ApiErrorType, Decoded, Message, MessageStart, StreamEvent } from '../anthropic/events.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { JsonObject } from '../json.ts';
import type { Transducer } from '../stream/transducer.ts';
import type { Route, Turn } from './codec.ts';

/** A request in the language of the client, as it came. */
export interface GivenRequest {
  /** The path of the URL, without the query. */
  readonly pathname: string;
  readonly query: URLSearchParams;
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: JsonObject;
}

/** What a client asked for, in the canonical language. */
export interface ReadRequest {
  /** `stream` is set as the client asked. */
  readonly request: MessagesRequest;
  /** The fields that have no place in the canonical language, by name and without values, for the log. */
  readonly left: readonly string[];
  /** The conversation, if the client names it in the request. */
  readonly conversation?: string;
  /** The printer of this request's answer. It is used once. */
  printer(head: AnswerHead): Printer;
}

/** What identifies an answer. */
export interface AnswerHead {
  /** `msg_` and a random suffix. */
  readonly messageId: string;
  readonly requestId: string;
  /** Seconds since 1970. */
  readonly created: number;
}

/** An error for the client. The message is one or several sentences for a person. */
export interface ServedError {
  /** The HTTP status that goes with it, also where it is the last event of a stream. */
  readonly status: number;
  readonly type: ApiErrorType;
  readonly message: string;
  readonly requestId: string;
  /** The field of the request that is at fault. */
  readonly param?: string;
}

/** Prints one answer. Each text that it returns consists of whole events, so that anything may be sent between two texts. */
export interface Printer {
  /** The media type of the stream. */
  readonly contentType: string;
  /**
   * What is sent with the headers. That may happen before anything is known of the answer, to keep the client waiting: then
   * the upstream's own start follows in `print`.
   */
  start(first: MessageStart): string | Uint8Array;
  /** The text for an event after the first; "" for one that the client's format does not have, or that must wait. */
  print(event: StreamEvent): string | Uint8Array;
  /** Sent while the upstream is silent. It must change nothing for the client. */
  readonly heartbeat: string;
  /** The end of a stream that fails. */
  error(error: ServedError): string;
  /** The whole answer to a request that asked for no stream. */
  whole(message: Message): unknown;
}

/** What identifies the format of a client at a path that several formats have. An `IncomingMessage` of Node.js is one. */
export interface Asking {
  /** The names are in lower case. */
  readonly headers: GivenRequest['headers'];
  /** The path with its query. */
  readonly url?: string | undefined;
}

/** What a path is for. */
export interface Endpoint {
  /** `refuse`: the format has it, but a proxy that stores no answers cannot offer it. */
  readonly does: 'answer' | 'count' | 'models' | 'refuse';
  /** The method it takes; absent for any. */
  readonly method?: 'GET' | 'POST';
  /** For `models`: the id of one model; absent for the list. */
  readonly id?: string;
  /** For `refuse`: why, as a sentence for a person. */
  readonly why?: string;
}

/** A model as clients list it. */
export interface ListedModel {
  /** `provider/model`: what a request names. */
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** Tokens, input and output together; undefined where that is unknown. */
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly images: boolean;
}

/** The endpoints and errors of a served format. Importing them does not load the format. */
export interface ServedEndpoints {
  /** What the path is for; undefined if it is none of this format's. Without `asking`, no shared path is this format's. */
  readonly find: (pathname: string, asking?: Asking) => Endpoint | undefined;
  /** The body of an error response. */
  readonly error: (error: ServedError) => unknown;
  /** The HTTP status in place of one that clients of this format do not know; the same unless given. */
  readonly status?: (status: number) => number;
  /** The list of models, or one of them, in formats that have their own. */
  readonly models?: (models: readonly ListedModel[]) => unknown;
  readonly model?: (model: ListedModel) => unknown;
}

/** A wire format that is spoken to clients. */
export interface ServedFormat {
  /**
   * The format is not Anthropic's. The messages of `Unservable` then say what to do, and the proxy sets the breakpoints of the
   * prompt cache, which these formats have no place for.
   */
  readonly translated?: true;
  /** Throws `Unservable` for a body that no upstream can be asked for. */
  read(given: GivenRequest): ReadRequest;
  /** The answer to a request for a count, in formats that have an endpoint for it. */
  count?(tokens: number): unknown;
  /** For upstreams of the same format. */
  readonly same?: SameFormat;
}

/**
 * Passes a body and the frames of the answer on as they came, where client and upstream speak the same format. What cannot
 * pass is changed and nothing else: the model, streaming, limits and settings of the model, ids and signatures (P9, P10).
 */
export interface SameFormat {
  /**
   * The client's body for the upstream, always with streaming on; undefined for one that the model cannot take as it is, so
   * that the codec has to encode the request. Does not alter `body`.
   */
  encodeRequest(body: JsonObject, turn: Turn, route: Route): unknown;
  /**
   * The codec's decoder, whose events carry the frames that they were read from (`StreamEvent.frames`). Each frame is carried
   * by exactly one event, in order.
   */
  decodeStream(route: Route, turn: Turn): Transducer<Uint8Array, Decoded>;
}

/** A request that cannot be answered, because no upstream offers what it asks for or it is not a request of its format. */
export class Unservable extends Error {
  override readonly name = 'Unservable';
  /** The path of the field that is at fault, as the client wrote it: `messages[2].content`. */
  readonly param: string | undefined;

  constructor(message: string, param?: string) {
    super(message);
    this.param = param;
  }
}
