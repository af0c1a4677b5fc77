/** The format that the client of an exchange speaks: how it asks, and how it reads what it receives. */
import type { ApiErrorBody, StreamEvent } from '../../anthropic/events.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { RecordedResponse } from '../bench/recorded-response.ts';

export interface TimedEvent {
  event: StreamEvent;
  /** When its last byte arrived. */
  atMs: number;
}

/** What a client sends. */
export interface ClientRequest {
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A violated law and how, as a sentence for a person. */
export interface Violation {
  rule: string;
}

export interface Language {
  readonly name: WireFormat;
  /** `proxy` is the URL without a path. */
  ask(request: MessagesRequest, proxy: string, token: string): ClientRequest;
  /** Returns a function that takes each piece of the body in order, and returns true once there is content. */
  watchContent(request: MessagesRequest): (bytes: Uint8Array) => boolean;
  /** The events of a response with status 200. */
  read(response: RecordedResponse, request: MessagesRequest): readonly TimedEvent[] | Violation;
  /** Whether something was sent that only keeps the client waiting. */
  keptAlive(response: RecordedResponse): boolean;
  /** The error of a response with another status; undefined if its body has not the shape of this format. */
  error(status: number, body: string): ApiErrorBody | undefined;
}
