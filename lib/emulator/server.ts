/**
 * The embedded upstream: a loopback server that answers in every wire format from one script, has faults on demand, and
 * records its requests and how they ended.
 */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Log } from '../log/log.ts';
import { failingModels } from './failing-models.ts';
import { receive, type ReceivedRequest } from './received-request.ts';
import { recentRequests } from './recent.ts';
import { realPause, type Ending, type Pause, type Connection } from './play.ts';
import { respond, type RespondOptions } from './respond.ts';

export interface EmulatorOptions extends RespondOptions {
  /** By default 0, for any free port. */
  port?: number;
  /** The number of latest requests to keep; 100 by default. */
  keep?: number;
  log?: Log;
  /** How scripts and faults wait; in real time by default. Tests can control the clock. */
  pause?: Pause;
}

export interface Emulator {
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  port: number;
  /** The latest requests, oldest first. */
  requests: readonly ReceivedRequest[];
  /** Resolves with the nth request (from 1) when it has arrived; rejects after `withinMs`, by default a minute. */
  received(number: number, withinMs?: number): Promise<ReceivedRequest>;
  /** Lets the process exit while this server is listening. */
  unref(): void;
  /** Closes every connection and stops listening. Can be called more than once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts on loopback. Rejects with the platform's error if it cannot listen on the port. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const recent = recentRequests(options.keep ?? 100);
  const sockets = new Set<Socket>();
  const closing = new AbortController();
  // Each running request has one listener; Node would warn of a leak from eleven on.
  setMaxListeners(0, closing.signal);
  const own = { ...options, failingModels: failingModels() };
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

    const { received, end } = await receive(request, ++count, arrivedMs);
    recent.add(received);
    let bytes = 0;
    const connection: Connection = {
      response,
      gone: gone.signal,
      onWrite: (written) => (bytes += written),
      pause: options.pause ?? realPause,
    };
    const id = `${run}${String(received.number).padStart(4, '0')}`;
    let how: Ending['how'] = 'broken';
    try {
      how = await respond(received, { id, created: Math.floor(Date.now() / 1000) }, own, connection);
    } finally {
      if (response.headersSent) received.status = response.statusCode;
      end({ how, afterMs: performance.now() - arrivedMs, bytes });
    }
    const { number, path, status, conversation } = received;
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
    // An error in a script must not end the process: the client sees a broken connection, and the log has the reason.
    serve(request, response).catch((error: unknown) => {
      if (!request.destroyed || request.complete) {
        options.log?.({ level: 'error', event: 'emulator_failed', error: String(error) });
      }
      response.destroy();
    });
  });
  // Slow requests need no limit, since only this machine can connect.
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
    requests: recent.requests,
    received: (number, withinMs = 60_000) => recent.received(number, withinMs),
    unref() {
      unreferenced = true;
      server.unref();
      for (const socket of sockets) socket.unref();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
