/** Content encodings of answers: one, several, declared wrongly, unknown, and bodies that decompress to a great size. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { decompressed, EncodingError } from '../../lib/proxy/content-encoding.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';
import { slices } from '../support/cuts.ts';

const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

const compress: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  'x-gzip': (bytes) => zlib.gzipSync(bytes),
  br: (bytes) => zlib.brotliCompressSync(bytes),
  deflate: (bytes) => zlib.deflateSync(bytes),
  identity: (bytes) => bytes,
  ...(zstdCompressSync && { zstd: zstdCompressSync }),
};

/** Applies the encodings in their order, as RFC 9110 (8.4) lists them. */
function encode(bytes: Buffer, names: readonly string[]): Buffer {
  return names.reduce((encoded, name) => compress[name]?.(encoded) ?? assert.fail(name), bytes);
}

async function read(bytes: Buffer, declared: string | undefined, size = 65_536): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await decompressed(Readable.from(slices(bytes, size)), declared))
    chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const text = `data: {"id":"1","choices":[{"index":0,"delta":{"content":"${'héllo '.repeat(500)}"}}]}\n\n`;
const bytes = Buffer.from(text);

describe('a body is decompressed', () => {
  const lists = [
    ['gzip', 'br'],
    ['br', 'gzip'],
    ['gzip', 'gzip'], // aio-libs/aiohttp#13377
    ['deflate', 'x-gzip'],
    ['gzip', 'identity'], // curl/curl#2002
    ['identity', 'br'],
    ['identity'],
    ['x-gzip'],
    ['deflate', 'br', 'gzip', 'deflate', 'br'],
    [],
  ];
  for (const list of lists)
    test(list.join(', ') || 'no encoding', async () => {
      for (const size of [1, 7, 65_536])
        for (const header of [list.join(', '), list.join(' ,').toUpperCase(), `,${list.join(',')}, `])
          assert.equal(await read(encode(bytes, list), header, size), text);
    });

  test('any encodings, any text, any chunks', async () => {
    const names = fc.array(fc.constantFrom(...Object.keys(compress)), { maxLength: 5 });
    const content = fc.oneof(
      fc.json(),
      fc.string({ unit: 'grapheme' }).map((said) => `data: {"content":${JSON.stringify(said)}}\n\n`),
    );
    await fc.assert(
      fc.asyncProperty(names, content, fc.integer({ min: 1, max: 50 }), async (list, said, size) => {
        assert.equal(await read(encode(Buffer.from(said), list), list.join(','), size), said);
      }),
    );
  });

  test('gzip that no header declares', async () => {
    for (const size of [1, 2, 65_536]) assert.equal(await read(zlib.gzipSync(bytes), undefined, size), text);
  });

  test('deflate without the zlib header', async () => {
    assert.equal(await read(zlib.deflateRawSync(bytes), 'deflate'), text);
  });

  test('a text whose header was left by a gateway that decompressed it (qualixar/superlocalmemory#79)', async () => {
    for (const name of ['gzip', 'br', 'deflate', 'zstd', 'gzip, br', 'utf-8', 'none', 'aws-chunked'])
      for (const said of [text, '{"error":"no"}', '', ': ping\n\n', '{"error":"额度不足"}'])
        assert.equal(await read(Buffer.from(said), name), said, name);
  });

  test('an encoding that is named twice and applied once (yhirose/cpp-httplib#993)', async () => {
    assert.equal(await read(zlib.gzipSync(bytes), 'gzip, gzip'), text);
    assert.equal(await read(zlib.brotliCompressSync(bytes), 'br, br'), text);
  });
});

describe('what cannot be decompressed is an error that says so', () => {
  test('an unknown encoding', async () => {
    await assert.rejects(read(zlib.gzipSync(bytes), 'compress'), (error) => {
      assert.ok(error instanceof EncodingError);
      assert.match(error.message, /^sent an answer in the encoding "compress"$/);
      return true;
    });
  });

  test('zstd, where this version of Node has none', { skip: zstdCompressSync !== undefined }, async () => {
    const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x29, 0x00, 0x00]);
    await assert.rejects(read(zstd, 'zstd'), /in the encoding "zstd", which Node \S+ cannot undo/);
  });

  test('more encodings than are allowed', async () => {
    const list = Array.from({ length: 6 }, () => 'gzip');
    await assert.rejects(read(encode(bytes, list), list.join(',')), /in 6 encodings/);
  });

  test('a body that is cut short, or damaged in the inner encoding', async () => {
    const twice = encode(bytes, ['gzip', 'br']);
    await assert.rejects(read(twice.subarray(0, twice.length - 9), 'gzip, br'));
    const inner = zlib.gzipSync(bytes);
    inner[inner.length - 20] = (inner[inner.length - 20] ?? 0) ^ 0xff;
    await assert.rejects(read(zlib.brotliCompressSync(inner), 'gzip, br'));
  });
});

test('a small body that decompresses to a great one is read only as fast as it is taken', async () => {
  const size = 256 * 1024 * 1024;
  const bomb = encode(Buffer.alloc(size, ' '), ['gzip', 'gzip']);
  let taken = 0;
  let most = 0;
  for await (const chunk of await decompressed(Readable.from(slices(bomb, 1024)), 'gzip, gzip')) {
    taken += chunk.length;
    most = Math.max(most, chunk.length);
    if (taken > 1024 * 1024) break;
  }
  assert.ok(most <= 64 * 1024, `${most} bytes in one chunk`);
});

test('a reader that leaves ends the source', async () => {
  const source = Readable.from(slices(encode(bytes, ['br', 'gzip']), 5));
  for await (const _ of await decompressed(source, 'br, gzip')) break;
  while (!source.destroyed) await setImmediate();
});

describe('through the proxy', () => {
  const chunk = (delta: object, finish_reason: string | null): object => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  const streamed = [chunk({ content: 'hello' }, null), chunk({}, 'stop')].map(
    (json) => `data: ${JSON.stringify(json)}\n\n`,
  );
  const whole = { choices: [{ index: 0, message: { content: 'hello' }, finish_reason: 'stop' }] };
  const answers: [name: string, type: string, body: string][] = [
    ['a stream', 'text/event-stream', streamed.join('')],
    ['a document', 'application/json', JSON.stringify(whole)],
  ];

  async function withUpstream(
    { status = 200, type, declared, body }: { status?: number; type: string; declared: string; body: Buffer },
    use: (over: Awaited<ReturnType<typeof proxyOver>>) => Promise<void>,
  ): Promise<void> {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': type, 'content-encoding': declared });
      response.end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const endpoints = { chat: `http://127.0.0.1:${port}/v1/chat/completions` };
    try {
      await using over = await proxyOver({ models: [modelOf('first')], provider: { endpoints } });
      await use(over);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  for (const [name, type, body] of answers) {
    test(`${name} in gzip and brotli, for a client that streams and one that does not`, async () => {
      for (const declared of ['gzip, br', 'br,gzip']) {
        const encoded = encode(Buffer.from(body), declared.split(/, ?/));
        await withUpstream({ type, declared, body: encoded }, async (over) => {
          for (const stream of [true, false]) {
            const response = await over.send(requestBody({ stream }));
            assert.equal(response.text, 'hello', response.body);
            assert.equal(response.stopReason, 'end_turn');
          }
        });
      }
    });
  }

  test('an error in two encodings reaches the client with its reason', async () => {
    const json = Buffer.from(JSON.stringify({ error: { message: 'no such field' } }));
    const body = encode(json, ['gzip', 'br']);
    await withUpstream(
      { status: 400, type: 'application/json', declared: 'gzip, br', body },
      async (over) => {
        const response = await over.send();
        assert.equal(response.status, 400);
        assert.equal(response.error?.message, 'no such field');
      },
    );
  });

  test('an encoding that occ cannot decode is named to the client', async () => {
    const body = zlib.gzipSync('x');
    await withUpstream({ type: 'text/event-stream', declared: 'lzma', body }, async (over) => {
      const response = await over.send();
      assert.match(response.error?.message ?? '', /127\.0\.0\.1:\d+ sent an answer in the encoding "lzma"/);
    });
  });
});
