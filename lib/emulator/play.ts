/** Sends an answer with its waits and faults, and respects backpressure. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Action, Break } from './faults.ts';

/** How a response ended: sent completely, broken off by a fault, or aborted because the client disconnected. */
export interface Ending {
  how: 'sent' | 'broken' | 'aborted';
  /** Milliseconds since the request arrived. */
  afterMs: number;
  /** Bytes of the body written to the socket. */
  bytes: number;
}

export interface PlannedResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Milliseconds of silence before the status. */
  headersAfterMs: number;
  actions: Iterable<Action>;
}

export interface Connection {
  response: ServerResponse;
  /** Aborts when the client disconnects or the emulator closes. */
  gone: AbortSignal;
  /** Called before each write. */
  onWrite: (bytes: number) => void;
  pause: Pause;
}

/** Resolves after `ms` milliseconds; rejects as soon as `gone` aborts. */
export type Pause = (ms: number, gone: AbortSignal) => Promise<unknown>;

export const realPause: Pause = (ms, gone) => setTimeout(ms, undefined, { signal: gone });

/** Sends the response and ends it. A client disconnect does not reject. */
export async function play(planned: PlannedResponse, connection: Connection): Promise<Ending['how']> {
  const { status, headers, headersAfterMs, actions } = planned;
  const { response, gone, onWrite, pause } = connection;
  try {
    if (headersAfterMs > 0) await pause(headersAfterMs, gone);
    for (const action of actions) {
      gone.throwIfAborted();
      if (action.type === 'break') {
        if (action.at !== 'before-headers') open();
        await breakOff(action.how, connection);
        return action.how === 'silence' ? 'aborted' : 'broken';
      }
      open();
      if (action.type === 'wait') await pause(action.ms, gone);
      else await write(action.bytes);
    }
    open();
    response.end();
    await finished(connection);
    return 'sent';
  } catch (error) {
    if (gone.aborted) return 'aborted';
    throw error;
  }

  function open(): void {
    if (response.headersSent) return;
    response.writeHead(status, headers);
    response.flushHeaders();
  }

  async function write(bytes: Uint8Array): Promise<void> {
    onWrite(bytes.length);
    // After each write, the event loop sends it separately and notices a client disconnect.
    if (response.write(bytes)) await setImmediate();
    else await once(response, 'drain', { signal: gone });
  }
}

async function breakOff(how: Break['how'], connection: Connection): Promise<void> {
  const { response, gone } = connection;
  switch (how) {
    case 'cut':
      response.end();
      await finished(connection);
      break;
    case 'hang-up':
      await flushed(connection);
      response.socket?.end();
      break;
    case 'reset':
      await flushed(connection);
      response.socket?.resetAndDestroy();
      break;
    case 'silence':
      if (!gone.aborted) await once(gone, 'abort');
      break;
  }
}

async function finished({ response, gone }: Connection): Promise<void> {
  if (!response.writableFinished) await once(response, 'finish', { signal: gone });
}

/** Milliseconds between the last write and the end of the connection, because a reset discards unread data. */
const lingerMs = 20;

async function flushed({ response, gone }: Connection): Promise<void> {
  while (response.writableLength > 0 && !gone.aborted) await setImmediate();
  await setTimeout(lingerMs, undefined, { signal: gone });
}
