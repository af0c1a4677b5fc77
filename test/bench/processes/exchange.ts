/** One client connection that sends requests one after the other and reads the responses, at the least cost. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { mark, stamp, stampDigits } from './answer.ts';

const lastChunk = '0\r\n\r\n';
/** The last event of a whole stream. That of Responses repeats the answer, and ends with its usage. */
const ends = /message_stop|\[DONE\]|response\.completed|"total_tokens":\d+\}\}\}|finishReason/;
/** Characters of an unexpected response that an error quotes. */
const quoted = 400;

export interface Exchange {
  /** Milliseconds from the request to the first content event, and to the end. */
  firstMs: number;
  wholeMs: number;
  /** Content events. */
  events: number;
  bytes: number;
}

/** Called with the content events in what has just been read, and the lateness of each in milliseconds, where it is stamped. */
export type Reading = (events: number, late: readonly number[]) => void;

export async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

export function requestBytes(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const fields = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Sends the request and reads to the end of the response. Rejects when it is not a complete stream. */
export function exchange(socket: Socket, request: Buffer, reading?: Reading): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const seen: Exchange = { firstMs: 0, wholeMs: 0, events: 0, bytes: 0 };
    let tail = '';
    const done = (): void => {
      socket.off('data', read).off('close', closed).off('error', closed);
    };
    const closed = (): void => {
      done();
      reject(new Error(`the connection was closed after ${seen.events} events and ${seen.bytes} bytes`));
    };
    const read = (bytes: Buffer): void => {
      if (seen.bytes === 0 && !bytes.toString('latin1', 0, 15).startsWith('HTTP/1.1 200')) {
        done();
        return reject(new Error(`refused: ${bytes.toString('utf8', 0, quoted)}`));
      }
      seen.bytes += bytes.length;
      const events = count(bytes, reading);
      if (events > 0) seen.firstMs ||= performance.now() - from;
      seen.events += events;
      tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - 512))).slice(-512);
      if (!tail.endsWith(lastChunk)) return;
      done();
      if (!ends.test(tail)) return reject(new Error(`an incomplete stream: ${tail}`));
      seen.wholeMs = performance.now() - from;
      resolve(seen);
    };
    socket.on('data', read).on('close', closed).on('error', closed);
    socket.write(request);
  });
}

const markByte = mark.charCodeAt(0);

function count(bytes: Buffer, reading: Reading | undefined): number {
  let events = 0;
  const late: number[] = [];
  const now = reading && stamp();
  for (let at = bytes.indexOf(markByte); at >= 0; at = bytes.indexOf(markByte, at + 1)) {
    events++;
    if (now === undefined) continue;
    const written = Number(bytes.toString('latin1', at + 1, at + 1 + stampDigits));
    // A stamp that lies in two reads is not a time.
    if (written > 0 && written <= now && now - written < 1e9) late.push((now - written) / 1000);
  }
  reading?.(events, late);
  return events;
}
