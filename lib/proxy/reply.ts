/**
 * The response to the client. Only this file writes to it. Every event is one write, and only whole events are written into
 * a stream, so no heartbeat can land inside an event (L11).
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  encodeEvent,
  type ApiErrorBody,
  type Message,
  type MessageStart,
  type StreamEvent,
} from '../anthropic/events.ts';
import type { Clock } from './clock.ts';
import type { Refusal } from './policy/verdict.ts';

export interface Reply {
  /** Whether headers and `message_start` were sent, so that an error can only be an event. */
  started(): boolean;
  /** Whether the last event or the whole response was sent. */
  ended(): boolean;
  /**
   * Sends status 200 and `message_start`. From then on a ping follows every heartbeat interval of silence. Returns a promise
   * as `send` does.
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
  /** Stops the heartbeat after the client has disconnected. */
  close(): void;
}

const pingText = encodeEvent({ type: 'ping' });

export function openReply(
  res: ServerResponse,
  requestId: string,
  heartbeatMs: number,
  gone: AbortSignal,
  clock: Clock,
): Reply {
  let phase: 'waiting' | 'streaming' | 'ended' = 'waiting';
  let stopHeartbeat = (): void => {};
  /** When the last event was written, on the monotonic clock. */
  let written = 0;

  /** Sends a ping after `heartbeatMs` of silence: between events only, never to a client that does not read. */
  function beat(): void {
    const silentMs = clock.monotonic() - written;
    // A timer may fire up to a millisecond early.
    if (silentMs < heartbeatMs - 1) return schedule(heartbeatMs - silentMs);
    if (!res.writableNeedDrain && !gone.aborted) res.write(pingText);
    schedule(heartbeatMs);
  }

  function schedule(ms: number): void {
    stopHeartbeat = clock.after(ms, beat);
  }

  function write(text: string): Promise<void> | undefined {
    if (gone.aborted || text === '') return undefined;
    written = clock.monotonic();
    return res.write(text) ? undefined : drained();
  }

  /** Resolves when the client has read, or has disconnected: then it never drains. */
  async function drained(): Promise<void> {
    await once(res, 'drain', { signal: gone }).catch(() => {});
  }

  function start(first: MessageStart, headers: Record<string, string> = {}): Promise<void> | undefined {
    if (phase !== 'waiting' || gone.aborted) return undefined;
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'request-id': requestId,
      ...headers,
    });
    phase = 'streaming';
    const sent = write(encodeEvent(first));
    schedule(heartbeatMs);
    return sent;
  }

  function send(events: readonly StreamEvent[]): Promise<void> | undefined {
    if (phase !== 'streaming') return undefined;
    const last = events.at(-1);
    let text = '';
    for (const event of events) text += encodeEvent(event);
    if (last?.type !== 'message_stop' && last?.type !== 'error') return write(text);
    finish();
    if (!gone.aborted) res.end(text);
    return undefined;
  }

  function finish(): void {
    phase = 'ended';
    stopHeartbeat();
  }

  function message(whole: Message, headers: Record<string, string> = {}): void {
    if (phase !== 'waiting') return;
    json(200, whole, headers);
    finish();
  }

  function refuse(
    { status, type, message, permanent, retryAfter }: Refusal,
    headers: Record<string, string> = {},
  ): void {
    if (phase === 'ended') return;
    const error: ApiErrorBody = { type, message };
    if (phase === 'streaming') {
      finish();
      if (!gone.aborted) res.end(encodeEvent({ type: 'error', error, request_id: requestId }));
      return;
    }
    finish();
    json(
      status,
      { type: 'error', error, request_id: requestId },
      {
        ...(permanent && { 'x-should-retry': 'false' }),
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
        ...headers,
      },
    );
  }

  function json(status: number, body: unknown, headers: Record<string, string>): void {
    if (gone.aborted || res.headersSent) return;
    sendJson(res, status, body, { 'request-id': requestId, ...headers });
  }

  return {
    started: () => phase !== 'waiting',
    ended: () => phase === 'ended',
    start,
    send,
    message,
    refuse,
    close: finish,
  };
}

/** Sends one JSON value as a whole response. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  sendWhole(res, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** Sends a text as a whole response. */
export function sendText(res: ServerResponse, text: string, headers: Record<string, string>): void {
  sendWhole(res, 200, text, headers);
}

function sendWhole(res: ServerResponse, status: number, text: string, headers: Record<string, string>): void {
  res.writeHead(status, { 'content-length': String(Buffer.byteLength(text)), ...headers });
  res.end(res.req.method === 'HEAD' ? undefined : text);
}
