/** A hostile upstream: raw bytes, by the name of the model that is asked for. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { atEnd } from '../bench/cleanup.ts';
import type { Format } from '../support/turns.ts';
import { behaviours } from './behaviours.ts';

export interface Hostile {
  port: number;
  /** Another host to which it would like the key to be sent. */
  elsewhere: { port: number; received: string[] };
  /** Connections that are open. */
  sockets(): number;
  /** The heads of all requests. */
  received: string[];
  close(): void;
}

/** Starts it. It stops at the end of the process at the latest. */
export async function hostileUpstream(): Promise<Hostile> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const elsewhere = { port: 0, received: [] as string[] };
  const other = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (piece: Buffer) => elsewhere.received.push(piece.toString('latin1')));
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? NaN);
      const ended = text.endsWith('\r\n0\r\n\r\n') || text.length >= head + 4 + length;
      if (head < 0 || !ended) return;
      const asked = text;
      text = '';
      received.push(asked.slice(0, head));
      const name = modelIn(asked);
      void behaviours[name]?.({ socket, format: formatIn(asked), elsewhere: elsewhere.port });
    });
  });
  for (const one of [server, other]) {
    one.listen(0, '127.0.0.1');
    await once(one, 'listening');
  }
  elsewhere.port = (other.address() as AddressInfo).port;
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
    other.close();
  };
  return {
    port: (server.address() as AddressInfo).port,
    elsewhere,
    sockets: () => sockets.size,
    received,
    close: atEnd(close),
  };
}

/** `"model":"chat/bomb"` of the bare proxy, `"model":"bomb"`, or `/models/bomb:` of Gemini. */
function modelIn(text: string): string {
  return (
    /"model":"(?:[\w-]+\/)?([\w-]+)"/.exec(text)?.[1] ?? /\/models\/([\w-]+):/.exec(text)?.[1] ?? 'polite'
  );
}

function formatIn(text: string): Format {
  const named = /"model":"(?:patient-)?(\w+)\//.exec(text)?.[1];
  if (named !== undefined) return named as Format;
  const endpoint = /^POST \S*\/(messages|responses|models)\b/.exec(text)?.[1];
  if (endpoint === 'models') return 'gemini';
  return endpoint === 'messages' || endpoint === 'responses' ? endpoint : 'chat';
}
