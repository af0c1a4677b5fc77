/**
 * The proxy that occ is compared with: what a few lines of `node:http` do. It reads a body whole, sends it to the upstream
 * with the key, follows redirects, decompresses, prints each event anew, and has no limit and no access check.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';

const upstream = process.argv[2] ?? '';
const key = process.argv[3] ?? '';
const none = 2 ** 30;
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream };

const server = createServer(
  { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0, maxHeaderSize: none },
  (incoming, response) => {
    if (incoming.method === 'GET') return void response.end('{"ok":true}');
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('error', () => {});
    incoming.on('end', () => forward(Buffer.concat(pieces), response));
  },
);
server.maxHeadersCount = 0;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
process.on('uncaughtException', () => {});

function forward(body: Buffer, response: ServerResponse): void {
  const { model } = JSON.parse(body.toString()) as { model: string };
  const path = model.replace(/^[^/]*\//, '/');
  const send = (url: URL): void => {
    const asking = request(
      url,
      { method: 'POST', maxHeaderSize: none, headers: { authorization: `Bearer ${key}`, 'x-model': path } },
      (answer) => {
        const { location } = answer.headers;
        if (location !== undefined) return send(new URL(location, url));
        response.writeHead(answer.statusCode ?? 502);
        reprint(plain(answer), response);
      },
    );
    asking.on('error', () => response.destroy());
    response.on('close', () => asking.destroy());
    asking.end(body);
  };
  send(new URL(upstream));
}

function plain(answer: IncomingMessage): Readable {
  const decoders: Record<string, (() => NodeJS.ReadWriteStream) | undefined> = {
    gzip: () => zlib.createGunzip(),
    br: () => zlib.createBrotliDecompress(),
    zstd: createZstdDecompress,
  };
  const decoder = decoders[answer.headers['content-encoding'] ?? '']?.();
  if (!decoder) return answer;
  decoder.on('error', () => {});
  return answer.pipe(decoder) as unknown as Readable;
}

function reprint(answer: Readable, response: ServerResponse): void {
  const pieces: Buffer[] = [];
  answer.on('error', () => response.destroy());
  answer.on('data', (piece: Buffer) => {
    pieces.push(piece);
    if (!piece.includes(10)) return;
    const text = Buffer.concat(pieces.splice(0)).toString();
    const end = text.lastIndexOf('\n') + 1;
    pieces.push(Buffer.from(text.slice(end)));
    response.write(text.slice(0, end));
  });
  answer.on('end', () => response.end(Buffer.concat(pieces).toString()));
}
