/** The attacker's side of a connection: bytes of any kind in, everything that is answered out. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { stretched } from '../support/limits.ts';

/** The token of the proxy under attack. */
export const token = 'attack-token-0123456789abcdef0123456789abcdef';

export interface Line {
  socket: Socket;
  text: () => string;
  closed: () => boolean;
}

/** A connection; `reads` is false for a client that takes nothing. */
export async function dial(port: number, reads = true): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: !reads });
  const pieces: string[] = [];
  let closed = false;
  socket.on('error', () => {}).once('close', () => (closed = true));
  if (reads)
    socket.on('data', (piece: Buffer) => pieces.length < mostPieces && pieces.push(piece.toString('latin1')));
  else socket.pause();
  await once(socket, 'connect');
  return { socket, text: () => pieces.join(''), closed: () => closed };
}

/** What an attacker keeps of an answer. */
const mostPieces = 1000;

/** Waits until `look` is true, at most `ms` on a quiet machine. Returns whether it became true. */
export async function within(ms: number, look: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + stretched(ms);
  for (;;) {
    if (await look()) return true;
    if (performance.now() > end) return false;
    await sleep(10);
  }
}

/** Sends bytes on a connection of their own, and resolves to what was answered until it was closed, or for `ms`. */
export async function say(
  port: number,
  bytes: string | Buffer,
  ms = 3000,
): Promise<{ text: string; closed: boolean }> {
  const line = await dial(port);
  line.socket.write(bytes);
  await within(ms, line.closed);
  const closed = line.closed();
  line.socket.destroy();
  return { text: line.text(), closed };
}

/** The statuses in an answer, in order. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
}

export interface Request {
  method?: string;
  path?: string;
  headers?: readonly string[];
  body?: string;
}

/** A request as text; it asks for the end of the connection. */
export function asText({ method = 'GET', path = '/v1/models', headers = [], body = '' }: Request): string {
  const length = body === '' && method === 'GET' ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return [`${method} ${path} HTTP/1.1`, ...headers, ...length, 'connection: close', '', body].join('\r\n');
}

export const ours = ['host: localhost', `x-api-key: ${token}`] as const;

/** A request for a message of `model`. */
export function ask(model: string, { stream = true, content = 'hello' } = {}): string {
  const body = { model, max_tokens: 1000, stream, messages: [{ role: 'user', content }] };
  return asText({
    method: 'POST',
    path: '/v1/messages',
    headers: [...ours, 'content-type: application/json'],
    body: JSON.stringify(body),
  });
}

/** Asks for a message, and reads to the end of the answer or for `ms`. Counts all bytes, and keeps the last ones. */
export async function converse(port: number, request: string, ms: number): Promise<Answered> {
  const socket = connect(port, '127.0.0.1');
  let [bytes, head, tail, ended] = [0, '', '', false];
  socket.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (head.length < 4096) head += piece.toString('latin1');
    tail = (tail + piece.subarray(-4096).toString('latin1')).slice(-4096);
  });
  socket.on('error', () => {}).once('close', () => (ended = true));
  socket.write(request);
  await within(ms, () => ended);
  const done = ended;
  socket.destroy();
  return { status: statuses(head)[0] ?? 0, bytes, head, tail, ended: done };
}

export interface Answered {
  /** 0 if nothing came. */
  status: number;
  bytes: number;
  head: string;
  tail: string;
  ended: boolean;
}
