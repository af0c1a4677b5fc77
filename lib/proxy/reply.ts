/**
 * The response to the client. Only this file writes to it, and only whole events, so no heartbeat can land inside an event
 * (L11). What is sent in one turn is written at its end, as one chunk.
 */
import { Buffer } from 'node:buffer';
import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Message, MessageStart, StreamEvent } from '../anthropic/events.ts';
import { endpoints as messages } from '../wire/messages/served/endpoints.ts';
import { messagesPrinter } from '../wire/messages/served/printer.ts';
import type { Printer, ServedEndpoints } from '../wire/served.ts';
import type { Clock } from './clock.ts';
import { forClient } from './policy/client-retries.ts';
import type { Refusal } from './policy/verdict.ts';

export interface Reply {
  /** Sets how the answer is printed, before anything is sent. Until then it is Anthropic's format. */
  speak(printer: Printer): void;
  /** Whether headers and `message_start` were sent, so that an error can only be an event. */
  started(): boolean;
  /** Whether the last event or the whole response was sent. */
  ended(): boolean;
  /**
   * Sends status 200 and the start of the stream. From then on a heartbeat follows every interval of silence. Returns a
   * promise as `send` does.
   */
  start(first: MessageStart, headers?: Record<string, string>): Promise<void> | undefined;
  /**
   * Sends events in one write. `message_stop` ends the stream. Returns a promise if the client must read before it can take
   * more; most writes need none, and one per event would cost more than the event.
   */
  send(events: readonly StreamEvent[]): Promise<void> | undefined;
  /** Sends the whole response to `stream: false`. */
  message(message: Message, headers?: Record<string, string>): void;
  /** Sends an error: as an HTTP status if nothing was sent yet, otherwise as the last event. */
  refuse(refusal: Refusal, headers?: Record<string, string>): void;
  /** Calls the observer with everything that is sent from now on. */
  observe(observer: ReplyObserver): void;
  /** Stops the heartbeat after the client has disconnected. */
  close(): void;
}

/** How a client's format says that a request has failed. */
export type ErrorLanguage = Pick<ServedEndpoints, 'error' | 'status'> & {
  /** The client, of which some read a status in their own way. */
  userAgent?: string;
};

/** Sees what a client is sent. Must not throw. */
export interface ReplyObserver {
  head(status: number, headers: Readonly<Record<string, string>>): void;
  wrote(encoded: string | Uint8Array): void;
}

const unobserved: ReplyObserver = { head() {}, wrote() {} };

/** Characters and bytes that are written before the end of a turn. */
const longestUnwritten = 64 * 1024;

/** What a reply needs of a response. */
export type ReplyTarget = EventEmitter &
  Pick<ServerResponse, 'writeHead' | 'headersSent' | 'write' | 'writableNeedDrain' | 'end'> & {
    req: { method?: string | undefined };
  };

export function openReply(
  res: ReplyTarget,
  requestId: string,
  heartbeatMs: number,
  gone: AbortSignal,
  clock: Clock,
  { error: errorBody, status: toStatus = (status) => status, userAgent = '' }: ErrorLanguage = messages,
): Reply {
  let printer = messagesPrinter;
  let phase: 'waiting' | 'streaming' | 'ended' = 'waiting';
  let observer = unobserved;
  let stopHeartbeat = (): void => {};
  /** When the last event was written, on the monotonic clock. */
  let written = 0;
  /** The wait for the client to read. */
  let waiting: Promise<void> | undefined;
  /** Ends the latest wait; undefined before the first. */
  let goOn: (() => void) | undefined;
  /** What this turn has to write, and its length in characters and bytes. */
  let unwritten: (string | Uint8Array)[] = [];
  let unwrittenLength = 0;

  /** Sends a heartbeat after `heartbeatMs` of silence: between events only, never to a client that does not read. */
  function beat(): void {
    const silentMs = clock.monotonic() - written;
    // A timer may fire up to a millisecond early.
    if (silentMs < heartbeatMs - 1) return schedule(heartbeatMs - silentMs);
    flush();
    if (!res.writableNeedDrain && !gone.aborted) {
      res.write(printer.heartbeat);
      observer.wrote(printer.heartbeat);
    }
    schedule(heartbeatMs);
  }

  function schedule(ms: number): void {
    stopHeartbeat = clock.after(ms, beat);
  }

  function write(encoded: string | Uint8Array): Promise<void> | undefined {
    if (gone.aborted || encoded.length === 0) return undefined;
    written = clock.monotonic();
    observer.wrote(encoded);
    // One read of an upstream has dozens of events, each of which would be a chunk of its own.
    if (unwritten.length === 0) process.nextTick(flush);
    unwritten.push(encoded);
    unwrittenLength += encoded.length;
    if (unwrittenLength >= longestUnwritten) flush();
    return res.writableNeedDrain ? drained() : undefined;
  }

  function flush(): void {
    if (unwritten.length === 0) return;
    const joined = join(unwritten);
    unwritten = [];
    unwrittenLength = 0;
    if (!gone.aborted && phase !== 'ended') res.write(joined);
  }

  /**
   * Resolves when the client has read, or has disconnected: then it never drains. The disconnect is listened to once for
   * the whole stream, because a fast stream waits thousands of times.
   */
  function drained(): Promise<void> {
    if (goOn === undefined) gone.addEventListener('abort', () => goOn?.(), { once: true });
    waiting ??= new Promise((resolve) => {
      const resume = (): void => {
        res.off('drain', resume);
        waiting = undefined;
        resolve();
      };
      goOn = resume;
      res.on('drain', resume);
    });
    return waiting;
  }

  function start(first: MessageStart, headers: Record<string, string> = {}): Promise<void> | undefined {
    if (phase !== 'waiting' || gone.aborted) return undefined;
    writeHead(200, {
      'content-type': printer.contentType,
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...requestIdHeaders(requestId),
      ...headers,
    });
    phase = 'streaming';
    const sent = write(printer.start(first));
    schedule(heartbeatMs);
    return sent;
  }

  function send(events: readonly StreamEvent[]): Promise<void> | undefined {
    if (phase !== 'streaming') return undefined;
    const last = events.at(-1);
    const encoded = printAll(events, printer);
    if (last?.type !== 'message_stop' && last?.type !== 'error') return write(encoded);
    finish();
    end(encoded);
    return undefined;
  }

  function writeHead(status: number, headers: Record<string, string>): void {
    observer.head(status, headers);
    res.writeHead(status, headers);
  }

  function end(encoded: string | Uint8Array): void {
    if (gone.aborted) return;
    observer.wrote(encoded);
    res.end(join([...unwritten, encoded]));
    unwritten = [];
  }

  function finish(): void {
    phase = 'ended';
    stopHeartbeat();
  }

  function message(whole: Message, headers: Record<string, string> = {}): void {
    if (phase !== 'waiting') return;
    json(200, printer.whole(whole), headers);
    finish();
  }

  function refuse(refusal: Refusal, headers: Record<string, string> = {}): void {
    if (phase === 'ended') return;
    const { status, type, message, permanent, retryAfter, param } = forClient(refusal, userAgent);
    const error = { status, type, message, requestId, ...(param !== undefined && { param }) };
    if (phase === 'streaming') {
      finish();
      return end(printer.error(error));
    }
    finish();
    json(toStatus(status), errorBody(error), {
      ...(permanent && { 'x-should-retry': 'false' }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      ...headers,
    });
  }

  function json(status: number, body: unknown, headers: Record<string, string>): void {
    if (gone.aborted || res.headersSent) return;
    const sent = { ...requestIdHeaders(requestId), ...headers };
    const text = JSON.stringify(body);
    observer.head(status, sent);
    observer.wrote(text);
    sendWhole(res, status, text, { 'content-type': 'application/json', ...sent });
  }

  return {
    started: () => phase !== 'waiting',
    ended: () => phase === 'ended',
    start,
    send,
    message,
    refuse,
    speak: (given) => void (printer = given),
    observe: (given) => void (observer = given),
    close: finish,
  };
}

/** The request's id under the names that the SDKs of Anthropic (`request-id`) and OpenAI (`x-request-id`) read. */
export function requestIdHeaders(requestId: string): Record<string, string> {
  return { 'request-id': requestId, 'x-request-id': requestId };
}

/** The events as one text, or as bytes where some of them are sent as they came. */
function printAll(events: readonly StreamEvent[], printer: Printer): string | Uint8Array {
  const [first] = events;
  if (first !== undefined && events.length === 1) return printer.print(first);
  return join(events.map((event) => printer.print(event)));
}

/** A text if all of them are, else bytes. */
function join(encoded: readonly (string | Uint8Array)[]): string | Uint8Array {
  const [first] = encoded;
  if (first !== undefined && encoded.length === 1) return first;
  const pieces: Uint8Array[] = [];
  let text = '';
  for (const one of encoded) {
    if (typeof one === 'string') {
      text += one;
      continue;
    }
    if (text !== '') pieces.push(Buffer.from(text));
    pieces.push(one);
    text = '';
  }
  const [only] = pieces;
  if (only === undefined) return text;
  if (text !== '') pieces.push(Buffer.from(text));
  return pieces.length === 1 ? only : Buffer.concat(pieces);
}

/** Sends one JSON value as a whole response. */
export function sendJson(
  res: ReplyTarget,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  sendWhole(res, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** Sends a text as a whole response. */
export function sendText(res: ReplyTarget, text: string, headers: Record<string, string>): void {
  sendWhole(res, 200, text, headers);
}

function sendWhole(res: ReplyTarget, status: number, text: string, headers: Record<string, string>): void {
  res.writeHead(status, { 'content-length': String(Buffer.byteLength(text)), ...headers });
  res.end(res.req.method === 'HEAD' ? undefined : text);
}
