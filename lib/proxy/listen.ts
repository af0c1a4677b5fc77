/** Makes a server listen, and answers input that is not HTTP in the same error shape as everything else. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { exitCodes, OccError } from '../errors.ts';

/** Resolves to the port. Rejects with OccError `port_in_use` or `cannot_listen`. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.on('clientError', refuseGarbage);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
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

/** The host as a URL spells it: IPv6 addresses in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Answers input that is not valid HTTP with an error in Anthropic's shape. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const words = {
    type: 'invalid_request_error',
    message: `this is not a valid HTTP request (${error.code})`,
  };
  const body = JSON.stringify({ type: 'error', error: words, request_id: null });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
