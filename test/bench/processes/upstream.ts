/**
 * An upstream that costs little, so that what is measured in front of it is not measured with it: it reads requests from
 * bare sockets, and writes bytes that it has rendered before. The path of a request selects the wire format.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { oneEvent, stamp, stampDigits, mark, type Answer } from './answer.ts';
import { formatOf, heldCalls, rendered, textOf, type Format, type Rendered } from './formats.ts';
import { ready, reply } from './reply.ts';
import { readRequests } from './requests.ts';

/** One write in HTTP's chunked encoding. */
const framed = (text: string): Buffer =>
  Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`, 'latin1');

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

/** The writes of one response: the first, the repeated ones, the last. */
interface Writes {
  first: Buffer;
  /** Repeated `times`; where several are given, they are written once each. */
  repeated: Buffer[];
  times: number;
  /** Places of the stamps in each repeated write. */
  stamps: number[];
  last: Buffer;
}

let answer = oneEvent;
let writes: Record<Format, Writes> = render(answer);

function render(of: Answer): Record<Format, Writes> {
  return {
    chat: renderIn('chat', of),
    messages: renderIn('messages', of),
    responses: renderIn('responses', of),
    gemini: renderIn('gemini', of),
  };
}

function renderIn(format: Format, { events, perWrite, shape, bytes }: Answer): Writes {
  const { before, content, after }: Rendered = shape === 'held' ? heldCalls : rendered[format];
  const first = Buffer.concat([Buffer.from(head), before === '' ? Buffer.alloc(0) : framed(before)]);
  const last = Buffer.concat([framed(after), Buffer.from('0\r\n\r\n')]);
  const event = content.join(textOf(bytes));
  if (shape === 'line' || shape === 'reads') {
    // HTTP's frames stay whole, and the reads of the body become as small as the shape says.
    const step = shape === 'line' ? 1024 : 1;
    const text = shape === 'line' ? event : event.repeat(events);
    return { first, repeated: slices(text, step).map(framed), times: 1, stamps: [], last };
  }
  const group = framed(event.repeat(perWrite));
  return { first, repeated: [group], times: Math.ceil(events / perWrite), stamps: placesOf(group), last };
}

function slices(text: string, step: number): string[] {
  return Array.from({ length: Math.ceil(text.length / step) }, (_, i) =>
    text.slice(i * step, (i + 1) * step),
  );
}

function placesOf(group: Buffer): number[] {
  const places: number[] = [];
  for (let at = group.indexOf(mark); at >= 0; at = group.indexOf(mark, at + 1)) places.push(at + 1);
  return places;
}

/** A response on its way. */
interface Stream {
  socket: Socket;
  writes: Writes;
  written: number;
  dueMs: number;
}

const paced = new Set<Stream>();
let ticker: NodeJS.Timeout | undefined;

function respond(socket: Socket, format: Format): void {
  const stream: Stream = { socket, writes: writes[format], written: 0, dueMs: 0 };
  socket.write(stream.writes.first);
  if (answer.intervalMs === 0) return answer.shape === 'reads' ? writeEachTurn(stream) : writeAll(stream);
  // Phases are spread over the interval, as those of independent streams are.
  stream.dueMs = performance.now() + answer.intervalMs * ((paced.size * 0.618) % 1);
  paced.add(stream);
  ticker ??= setInterval(tick, 1);
}

/** The next write, with the time where it has places for it; false when the response is complete. */
function writeNext(stream: Stream): { more: boolean; full: boolean } {
  const { socket, writes } = stream;
  const { repeated, times, stamps, last } = writes;
  if (stream.written >= repeated.length * times) {
    socket.write(last);
    return { more: false, full: false };
  }
  let bytes = repeated[stream.written++ % repeated.length] ?? last;
  if (answer.intervalMs > 0) {
    bytes = Buffer.from(bytes);
    const now = String(stamp()).padStart(stampDigits, '0');
    for (const place of stamps) bytes.write(now, place, 'latin1');
  }
  return { more: true, full: !socket.write(bytes) };
}

function writeAll(stream: Stream): void {
  for (;;) {
    if (stream.socket.destroyed) return;
    const { more, full } = writeNext(stream);
    if (!more) return;
    if (full) return void stream.socket.once('drain', () => writeAll(stream));
  }
}

/** One write per turn of the event loop, so that the system does not join them. */
function writeEachTurn(stream: Stream): void {
  if (stream.socket.destroyed || !writeNext(stream).more) return;
  setImmediate(writeEachTurn, stream);
}

function tick(): void {
  const now = performance.now();
  for (const stream of paced) {
    if (stream.socket.destroyed) paced.delete(stream);
    while (stream.dueMs <= now && paced.has(stream)) {
      stream.dueMs += answer.intervalMs;
      if (!writeNext(stream).more) paced.delete(stream);
    }
  }
  if (paced.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  readRequests(socket, (head) => respond(socket, formatOf(head)));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  ready((server.address() as AddressInfo).port),
);
reply((next: Answer) => {
  answer = next;
  writes = render(next);
});
