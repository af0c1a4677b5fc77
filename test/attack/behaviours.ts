/** What a hostile upstream sends, by name. Each ends by itself: what it sends has a limit, and it stops with the connection. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import type { Format } from '../support/turns.ts';

export interface Asked {
  socket: Socket;
  format: Format;
  elsewhere: number;
}

type Behaviour = (asked: Asked) => unknown;

const mb = 2 ** 20;
/** What an attacker sends at most, in bytes: enough to be felt, and soon over. */
const budget = 160 * mb;
/** Milliseconds for what comes drop by drop; longer than occ waits in these attacks. */
const dripMs = 8000;

const ok = (...headers: string[]): string =>
  `HTTP/1.1 200 OK\r\n${['content-type: text/event-stream', ...headers].join('\r\n')}\r\n\r\n`;
const untilClose = ok('connection: close');

/** Sends `piece` again and again, as fast as it is read, up to the budget. */
async function flood(socket: Socket, piece: string | Buffer, most = budget): Promise<void> {
  const size = Buffer.byteLength(piece);
  await send(socket, Math.ceil(most / size), () => piece);
}

/** Sends `count` pieces, each when the one before has been taken. */
async function send(socket: Socket, count: number, piece: (at: number) => string | Buffer): Promise<void> {
  let wake = (): void => {};
  const go = (): void => wake();
  socket.on('drain', go).once('close', go);
  for (let at = 0; at < count && !socket.destroyed; at++)
    if (!socket.write(piece(at))) await new Promise<void>((resolve) => (wake = resolve));
  socket.off('drain', go);
}

/** Sends one byte at a time. */
async function drip(socket: Socket, text: string): Promise<void> {
  const end = performance.now() + dripMs;
  for (let at = 0; !socket.destroyed && performance.now() < end; at++) {
    socket.write(text.charAt(at % text.length));
    await sleep(20);
  }
}

/** Text in the format of an event, and what ends an answer. */
const said: Record<Format, (text: string) => string> = {
  chat: (text) => event({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }),
  messages: (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  responses: (text) =>
    event({
      type: 'response.output_text.delta',
      item_id: 'i',
      output_index: 0,
      content_index: 0,
      delta: text,
    }),
  gemini: (text) => event({ candidates: [{ content: { parts: [{ text }] } }] }),
};
const begun: Record<Format, string> = {
  chat: '',
  messages:
    event({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 1, output_tokens: 0 } } }) +
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  responses: event({
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'message', id: 'i', content: [] },
  }),
  gemini: '',
};
const done: Record<Format, string> = {
  chat: `${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`,
  messages:
    event({ type: 'content_block_stop', index: 0 }) +
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } }) +
    event({ type: 'message_stop' }),
  responses: event({
    type: 'response.completed',
    response: {
      status: 'completed',
      output: [{ type: 'message', id: 'i', content: [{ type: 'output_text', text: 'ok' }] }],
    },
  }),
  gemini: event({ candidates: [{ content: { parts: [{ text: '' }] }, finishReason: 'STOP' }] }),
};

function event(data: object): string {
  const { type } = data as { type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** A whole answer of the format. */
const answer = (format: Format, text = 'ok'): string => begun[format] + said[format](text) + done[format];

/** A piece of the arguments of a tool call. */
const call = (text: string, index = 0, id = 'c'): string => {
  const one = { index, id, function: { name: 'Write', arguments: text } };
  return event({ choices: [{ index: 0, delta: { tool_calls: [one] } }] });
};

/** 512 MB in some two megabytes or less, made once. */
function bomb(pack: (bytes: Buffer) => Buffer): () => Buffer {
  let made: Buffer | undefined;
  return () => (made ??= pack(Buffer.alloc(512 * mb, ': \n')));
}
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
const gzipBomb = bomb((bytes) => zlib.gzipSync(bytes, { level: 1 }));
const brBomb = bomb((bytes) =>
  zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
);
const zstdBomb = bomb((bytes) => zstdCompressSync?.(bytes) ?? Buffer.alloc(0));
const lineBomb = bomb((bytes) =>
  zlib.gzipSync(Buffer.concat([Buffer.from('data: '), bytes.fill('x')]), { level: 1 }),
);
const twice = bomb((bytes) => zlib.gzipSync(zlib.gzipSync(bytes, { level: 1 })));

const packed =
  (encoding: string, bytes: () => Buffer, status = '200 OK'): Behaviour =>
  ({ socket }) =>
    void socket.end(
      Buffer.concat([
        Buffer.from(
          `HTTP/1.1 ${status}\r\ncontent-type: text/event-stream\r\ncontent-encoding: ${encoding}\r\nconnection: close\r\n\r\n`,
        ),
        bytes(),
      ]),
    );

const raw =
  (text: string | ((asked: Asked) => string)): Behaviour =>
  (asked) =>
    void asked.socket.end(typeof text === 'string' ? text : text(asked));

/** The escapes that set a title, clear the screen, write the clipboard, and start a line of the log. */
export const escapes =
  '\u001b]0;owned\u0007\u001b[2J\u001b]52;c;b3duZWQ=\u0007\u009b31m\n{"level":"error","forged":true}\r\u202e';

const json = (status: string, body: object): string => {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};

export const behaviours: Record<string, Behaviour> = {
  polite: ({ socket, format }) => void socket.end(untilClose + answer(format)),

  'endless-headers': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    return flood(socket, `x-header: ${'x'.repeat(1000)}\r\n`.repeat(60));
  },
  'long-header': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nx: ');
    return flood(socket, 'x'.repeat(64 * 1024));
  },
  hints: ({ socket }) =>
    flood(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(100), 4 * budget),
  continues: ({ socket }) => flood(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100), 4 * budget),
  'slow-headers': ({ socket }) =>
    drip(socket, 'HTTP/1.1 200 OK\r\nx: abcdefghijklmnopqrstuvwxyz'.padEnd(4000, 'x')),
  'slow-events': ({ socket }) => {
    socket.write(untilClose);
    return drip(socket, ': still here\n');
  },
  silence: () => {},

  'gzip-bomb': packed('gzip', gzipBomb),
  'br-bomb': packed('br', brBomb),
  'zstd-bomb': packed('zstd', zstdBomb),
  'gzip-line-bomb': packed('gzip', lineBomb),
  'gzip-twice': packed('gzip, gzip', twice),
  'gzip-error-bomb': packed('gzip', gzipBomb, '500 Internal Server Error'),
  encodings: packed(Array.from({ length: 400 }, () => 'gzip').join(', '), () => Buffer.from('x')),

  'long-line': ({ socket }) => {
    socket.write(`${untilClose}data: {"x":"`);
    return flood(socket, 'x'.repeat(mb));
  },
  'long-document': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"x":"');
    return flood(socket, 'x'.repeat(mb));
  },
  'long-error': ({ socket }) => {
    socket.write(
      'HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"error":"',
    );
    return flood(socket, 'x'.repeat(mb));
  },
  'many-lines': ({ socket }) => {
    socket.write(untilClose);
    return flood(socket, 'data: x\n'.repeat(10_000));
  },
  'endless-text': ({ socket, format }) => {
    socket.write(untilClose + begun[format]);
    return flood(socket, said[format]('x'.repeat(1000)).repeat(50));
  },
  'endless-call': ({ socket }) => {
    socket.write(untilClose + call('{"x":"'));
    return flood(socket, call('x'.repeat(1000)).repeat(50));
  },
  'tiny-text': ({ socket, format }) => {
    socket.write(untilClose + begun[format]);
    return flood(socket, said[format]('x').repeat(1000));
  },
  'tiny-arguments': ({ socket }) => {
    socket.write(untilClose + call('{', 0) + call('{"x":"', 1));
    return flood(socket, call('x', 1).repeat(1000));
  },
  'many-calls': async ({ socket }) => {
    socket.write(untilClose);
    await send(socket, 300_000, (at) => call('{}', at, `c${at}`));
    socket.end(done.chat);
  },
  comments: ({ socket }) => {
    socket.write(untilClose);
    return flood(socket, ': x\n\n'.repeat(1000), 8 * budget);
  },
  'event-ids': ({ socket, format }) =>
    void socket.end(`${untilClose}id: ../../etc/passwd\nretry: 0\nevent: ../x\n${answer(format)}`),
  deep: ({ socket }) => void socket.end(`${untilClose}data: ${'[{"x":'.repeat(1_000_000)}\n\n`),
  'deep-arguments': ({ socket, format }) =>
    void socket.end(
      `${untilClose}${call('{"x":'.repeat(1_000_000))}${call(`1${'}'.repeat(1_000_000)}`)}${done[format]}`,
    ),

  escapes: raw(
    json('400 Bad Request', { error: { message: `no ${escapes}`, type: escapes, code: escapes } }),
  ),
  'escapes-in-answer': raw(
    ({ format }) => untilClose.replace('text/event', `text/event; x="\u009b"`) + answer(format),
  ),
  paths: raw(
    () =>
      `${untilClose}${event({ id: '../../../etc/passwd', model: '../../x', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: '../../../etc/passwd', function: { name: '../x', arguments: '{}' } }] } }] })}${done.chat}`,
  ),
  trailers: raw(({ format }) => {
    const text = answer(format);
    return `${ok('transfer-encoding: chunked', 'trailer: x')}${text.length.toString(16)}\r\n${text}\r\n0\r\nx: y\r\ncontent-length: 1\r\n\r\n`;
  }),
  'early-close': raw(ok('content-length: 1000')),
  'at-once-closed': ({ socket }) => void socket.destroy(),
  reset: ({ socket }) => {
    socket.write(ok('content-length: 1000'));
    socket.resetAndDestroy();
  },
  redirect: raw(
    ({ elsewhere }) =>
      `HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:${elsewhere}/v1/take\r\ncontent-length: 0\r\n\r\n`,
  ),
  'no-content': raw('HTTP/1.1 204 No Content\r\n\r\ndata: {"x":1}\n\n'),
  'not-modified': raw('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello'),
  'shorter-length': raw(({ format }) => ok('content-length: 10') + answer(format)),
  'longer-length': raw(({ format }) => ok('content-length: 100000') + answer(format)),
  'two-lengths': raw(({ format }) => ok('content-length: 5', 'content-length: 6') + answer(format)),
  'length-and-chunks': raw(
    ({ format }) => ok('content-length: 5', 'transfer-encoding: chunked') + answer(format),
  ),
  'bad-chunks': raw(`${ok('transfer-encoding: chunked')}ffffffffffffffffff\r\nx`),
  'no-http': raw(({ format }) => answer(format)),
  upgrade: raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'two-answers': ({ socket, format }) => {
    const text = answer(format, 'first');
    const second = answer(format, 'smuggled');
    socket.write(
      `${ok(`content-length: ${text.length}`)}${text}${ok(`content-length: ${second.length}`)}${second}`,
    );
  },
  'wait-for-ever': raw(`HTTP/1.1 429 Too Many Requests\r\nretry-after: 1e300\r\ncontent-length: 0\r\n\r\n`),
  'key-back': raw(
    json('401 Unauthorized', { error: { message: 'bad key', type: 'invalid_api_key' } }).replace(
      '401',
      '401',
    ),
  ),
};
