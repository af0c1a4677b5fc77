/** Makes a server listen, and answers input that is not HTTP in the same error shape as everything else. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { exitCodes, OccError } from '../errors.ts';
import { awaitBody, lingerMs } from './connection.ts';

/** Limits of connections, in milliseconds. */
export const serverLimits = {
  /** Idle connections are kept longer than clients keep theirs, so that none is closed while a client sends a request. */
  keepAliveTimeout: 120_000,
  /** For the head of a request; Node's own default is 60,000. */
  headersTimeout: 30_000,
  /** How often the limit is checked, which adds to it. */
  connectionsCheckingInterval: 5000,
} as const;

/**
 * A server that answers what is no HTTP request, too. It does not ask a client that waits with its body for that body: the
 * listener does, with `askForBody`, once it wants to read it.
 */
export function openServer(listener: RequestListener, limits: ServerOptions = serverLimits): Server {
  return createServer(limits, listener)
    .on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
      awaitBody(req, res);
      listener(req, res);
    })
    .on('clientError', refuseGarbage);
}

/** Resolves to the port. Rejects with OccError `port_in_use` or `cannot_listen`. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') {
      throw new OccError('port_in_use', `port ${port} on ${host} is in use`, {
        cause: error,
        remedy: 'take another with --port, or --port 0 for any free one',
      });
    }
    throw new OccError('cannot_listen', `cannot listen on ${host}:${port} (${error.code ?? error.message})`, {
      exitCode: exitCodes.failed,
      cause: error,
      remedy: listenRemedy(error.code),
    });
  });
  return (server.address() as AddressInfo).port;
}

/** What to do about a server that cannot listen, by the code of the system error. */
export function listenRemedy(code: string | undefined): string {
  return remedies.get(code) ?? 'occ doctor port looks for the cause';
}

const remedies: ReadonlyMap<string | undefined, string> = new Map([
  ['EACCES', 'ports below 1024 are reserved; take a higher one: occ start --port 3456'],
  [
    'EADDRNOTAVAIL',
    'this machine does not have that address; listen on loopback: occ start --host 127.0.0.1',
  ],
  ['ENOTFOUND', 'that host name is unknown; listen on loopback: occ start --host 127.0.0.1'],
  ['EMFILE', 'too many files are open; raise the limit: ulimit -n 4096'],
]);

/** The status of an answer to input that is not a valid request, by the code of the error; 400 for any other. */
const statuses: ReadonlyMap<string | undefined, string> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Content Too Large'],
]);

/** The connections that have been refused. Each later piece of the same garbage is another error. */
const refused = new WeakSet<Duplex>();

/**
 * Answers input that is not valid HTTP with an error in Anthropic's shape. Closes the connection soon after, since a client
 * that neither reads nor closes would be kept for ever.
 */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (refused.has(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  refused.add(socket);
  const status = statuses.get(error.code) ?? '400 Bad Request';
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const message = late
    ? 'the request did not arrive in time'
    : `this is not a valid HTTP request (${error.code})`;
  const words = { type: 'invalid_request_error', message };
  const body = JSON.stringify({ type: 'error', error: words, request_id: null });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  const patience = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(patience));
}
