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
  /** Sends status 200 and `message_start`. From then on a ping follows every heartbeat interval of silence. */
  start(first: MessageStart, headers?: Record<string, string>): Promise<void>;
  /** Sends events and waits until the client can take more. `message_stop` ends the stream. */
  send(events: readonly StreamEvent[]): Promise<void>;
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

  async function write(text: string): Promise<void> {
    if (gone.aborted || text === '') return;
    written = clock.monotonic();
    if (res.write(text)) return;
    // A disconnected client never drains.
    await once(res, 'drain', { signal: gone }).catch(() => {});
  }

  async function start(first: MessageStart, headers: Record<string, string> = {}): Promise<void> {
    if (phase !== 'waiting' || gone.aborted) return;
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
    await sent;
  }

  async function send(events: readonly StreamEvent[]): Promise<void> {
    if (phase !== 'streaming') return;
    const last = events.at(-1);
    const text = events.map(encodeEvent).join('');
    if (last?.type !== 'message_stop' && last?.type !== 'error') return write(text);
    finish();
    if (!gone.aborted) res.end(text);
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
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  res.end(res.req.method === 'HEAD' ? undefined : text);
}
