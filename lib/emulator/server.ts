/**
 * The embedded upstream: a server on loopback that answers every wire format it speaks from one script, fails on
 * demand, and remembers what it was asked and whether the asker stayed to the end.
 */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Log } from '../log/log.ts';
import { receive, type ReceivedRequest } from './received-request.ts';
import { recentRequests } from './recent.ts';
import { realPause, type Ending, type Pause, type Playing } from './play.ts';
import { respond, type RespondOptions } from './respond.ts';

export interface EmulatorOptions extends RespondOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** How many requests are remembered, the latest ones; 100 unless set. */
  keep?: number;
  log?: Log;
  /** How scripts and faults wait; in real time unless a test moves the clock. */
  pause?: Pause;
}

export interface Emulator {
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  port: number;
  /** The latest requests, oldest first. */
  requests: readonly ReceivedRequest[];
  /** Resolves with the nth request (from 1) when it has arrived; rejects after `withinMs`, a minute unless set. */
  received(number: number, withinMs?: number): Promise<ReceivedRequest>;
  /** Lets the process end although this server listens. */
  unref(): void;
  /** Ends every live connection and stops listening. May be called twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts on loopback. Rejects with the platform's own error when it cannot listen on the port. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const remembered = recentRequests(options.keep ?? 100);
  const sockets = new Set<Socket>();
  const closing = new AbortController();
  // One listener for each live request is what is meant; ten would be thought a leak otherwise.
  setMaxListeners(0, closing.signal);
  const run = Date.now().toString(36);
  let count = 0;
  let unreferenced = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedMs = performance.now();
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    closing.signal.addEventListener('abort', leave);
    response.on('error', leave);
    response.on('close', () => {
      closing.signal.removeEventListener('abort', leave);
      leave();
    });

    const { asked, end } = await receive(request, ++count, arrivedMs);
    remembered.add(asked);
    let bytes = 0;
    const playing: Playing = {
      response,
      gone: gone.signal,
      wrote: (written) => (bytes += written),
      pause: options.pause ?? realPause,
    };
    const id = `${run}${String(asked.number).padStart(4, '0')}`;
    let how: Ending['how'] = 'broken';
    try {
      how = await respond(asked, { id, created: Math.floor(Date.now() / 1000) }, options, playing);
    } finally {
      if (response.headersSent) asked.status = response.statusCode;
      end({ how, afterMs: performance.now() - arrivedMs, bytes });
    }
    const { number, path, status, conversation } = asked;
    options.log?.({
      level: 'debug',
      event: 'emulator',
      number,
      path,
      model: conversation.model,
      status,
      how,
      bytes,
    });
  }

  const server = createServer((request, response) => {
    // A mistake in a script must not take the process with it: the asker sees a broken connection, the log the reason.
    serve(request, response).catch((error: unknown) => {
      if (!request.destroyed || request.complete) {
        options.log?.({ level: 'error', event: 'emulator_failed', error: String(error) });
      }
      response.destroy();
    });
  });
  // Slow requests are the askers' own business; nobody but this machine can ask.
  server.requestTimeout = 0;
  // Closing an idle connection would break a request that a slow client sends on it at that moment.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (unreferenced) socket.unref();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  async function close(): Promise<void> {
    closing.abort();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise<void>((resolve) => void server.close(() => resolve()));
  }

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: remembered.requests,
    received: (number, withinMs = 60_000) => remembered.received(number, withinMs),
    unref() {
      unreferenced = true;
      server.unref();
      for (const socket of sockets) socket.unref();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
