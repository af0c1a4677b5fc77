/** Sends an answer: waits that end when nobody listens any more, and no more bytes than the other side takes. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Action, Break } from './faults.ts';

/** How it ended: everything was sent, it broke off as it was told to, or the client left before. */
export interface Ending {
  how: 'sent' | 'broken' | 'aborted';
  /** Milliseconds since the request arrived. */
  afterMs: number;
  /** Bytes of body handed to the socket. */
  bytes: number;
}

export interface Performance {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Milliseconds of silence before the status. */
  headersAfterMs: number;
  actions: Iterable<Action>;
}

export interface Playing {
  response: ServerResponse;
  /** Aborted when the client leaves or the emulator closes. */
  gone: AbortSignal;
  /** Told before each write, in bytes. */
  wrote: (bytes: number) => void;
  pause: Pause;
}

/** Resolves after `ms` milliseconds; rejects as soon as `gone` aborts. */
export type Pause = (ms: number, gone: AbortSignal) => Promise<unknown>;

export const realPause: Pause = (ms, gone) => setTimeout(ms, undefined, { signal: gone });

/** Sends it and ends the response. Never rejects for a client that leaves. */
export async function play(performance: Performance, playing: Playing): Promise<Ending['how']> {
  const { status, headers, headersAfterMs, actions } = performance;
  const { response, gone, wrote, pause } = playing;
  try {
    if (headersAfterMs > 0) await pause(headersAfterMs, gone);
    for (const action of actions) {
      gone.throwIfAborted();
      if (action.type === 'break') {
        if (action.at !== 'before-headers') open();
        await breakOff(action.how, playing);
        return action.how === 'silence' ? 'aborted' : 'broken';
      }
      open();
      if (action.type === 'wait') await pause(action.ms, gone);
      else await write(action.bytes);
    }
    open();
    response.end();
    await finished(playing);
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
    wrote(bytes.length);
    // A turn of the event loop after each write: what was written apart also leaves apart, and a leaving client is seen.
    if (response.write(bytes)) await setImmediate();
    else await once(response, 'drain', { signal: gone });
  }
}

async function breakOff(how: Break['how'], playing: Playing): Promise<void> {
  const { response, gone } = playing;
  switch (how) {
    case 'cut':
      response.end();
      await finished(playing);
      break;
    case 'hang-up':
      await flushed(playing);
      response.socket?.end();
      break;
    case 'reset':
      await flushed(playing);
      response.socket?.resetAndDestroy();
      break;
    case 'silence':
      if (!gone.aborted) await once(gone, 'abort');
      break;
  }
}

async function finished({ response, gone }: Playing): Promise<void> {
  if (!response.writableFinished) await once(response, 'finish', { signal: gone });
}

/** How long the other side has to take in what was written before the connection goes: a reset destroys the rest. */
const lingerMs = 20;

async function flushed({ response, gone }: Playing): Promise<void> {
  while (response.writableLength > 0 && !gone.aborted) await setImmediate();
  await setTimeout(lingerMs, undefined, { signal: gone });
}
