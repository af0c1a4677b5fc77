/** Reads HTTP/1.1 requests from a socket, at the least cost: heads as text, bodies counted and forgotten. */
import type { Socket } from 'node:net';

const headEnd = '\r\n\r\n';
const lastChunk = '0\r\n\r\n';

/** Calls back with each head as soon as the body has arrived, too. */
export function readRequests(socket: Socket, arrived: (head: string) => void): void {
  let head = '';
  let left = 0;
  let chunked = false;
  let tail = '';
  const complete = (): void => {
    const whole = head;
    head = '';
    arrived(whole);
  };
  socket.on('data', (bytes: Buffer) => {
    if (chunked)
      return untilLastChunk(bytes.toString('latin1', Math.max(0, bytes.length - lastChunk.length)));
    if (left > 0) {
      left -= bytes.length;
      if (left <= 0) complete();
      return;
    }
    head += bytes.toString('latin1');
    const end = head.indexOf(headEnd);
    if (end < 0) return;
    const rest = head.slice(end + headEnd.length);
    head = head.slice(0, end);
    if (/^transfer-encoding: *chunked/im.test(head)) {
      chunked = true;
      tail = '';
      return untilLastChunk(rest);
    }
    left = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0) - rest.length;
    if (left <= 0) complete();
  });

  function untilLastChunk(text: string): void {
    tail = (tail + text).slice(-lastChunk.length);
    if (tail !== lastChunk) return;
    chunked = false;
    complete();
  }
}
