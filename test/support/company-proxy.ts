/** A small HTTP proxy as a company runs one, and servers to put behind it. They listen on loopback and stop with the test. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import type { Pair } from './certificates.ts';

/** What it received: the head of each request, line by line. */
export interface CompanyProxy {
  /** `127.0.0.1:port` */
  address: string;
  port: number;
  heads: string[][];
}

export interface Behaviour {
  /** The port on this machine to which every tunnel leads, whatever host it names. */
  to?: number;
  /** Sent to every request instead of a tunnel. */
  answer?: string | Buffer;
  /** Closes the connection after the request. */
  closes?: boolean;
  /** It is an https proxy with this certificate. */
  tls?: Pair;
}

/** With neither `to` nor `answer` it stays silent. */
export async function companyProxy(t: TestContext, behaviour: Behaviour): Promise<CompanyProxy> {
  const heads: string[][] = [];
  const serve = (socket: Socket): void => {
    socket.on('error', () => {});
    let head = '';
    const read = (piece: Buffer): void => {
      head += piece.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      heads.push(head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n'));
      if (behaviour.answer !== undefined) socket.write(behaviour.answer);
      if (behaviour.closes || behaviour.answer !== undefined) return void socket.end();
      if (behaviour.to === undefined) return;
      const target = connect(behaviour.to, '127.0.0.1');
      target.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('close', () => target.destroy());
      if (head.startsWith('CONNECT ')) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      // In absolute form: what is behind it reads only the path.
      else target.write(head.replace(/^(\S+) \w+:\/\/[^/]+/, '$1 '), 'latin1');
      socket.pipe(target).pipe(socket);
    };
    socket.on('data', read);
  };
  const server = behaviour.tls ? createTlsServer(behaviour.tls, serve) : createServer(serve);
  const port = await listening(t, server);
  return { address: `127.0.0.1:${port}`, port, heads };
}

/** Resolves to the port. Connections that are still open are closed after the test. */
export async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers every request with `{}`, or as `answer` does. */
export function jsonServer(answer: RequestListener = answerJson, tls?: Pair): Server {
  return tls ? createHttpsServer(tls, answer) : createHttpServer(answer);
}

export const answerJson: RequestListener = (req, res) => {
  req.resume();
  res.setHeader('content-type', 'application/json').end('{"choices":[],"data":[]}');
};

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
