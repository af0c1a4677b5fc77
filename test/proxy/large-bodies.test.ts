/** The refusal of a too large body, as ordinary clients send it and read the answer: whole, in pieces, or asking first. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { largestBody } from '../../lib/proxy/inbound.ts';
import { hangMs } from '../support/limits.ts';
import { proxyOver, requestBody, token, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

const size = largestBody + (1 << 20);
const piece = Buffer.alloc(1 << 20, 'x');
let over: ProxyUnderTest;
let folder: string;
/** A file of that size, which takes no room on the disk. */
let file: string;

before(async () => {
  over = await proxyOver();
  folder = mkdtempSync(join(tmpdir(), 'occ-large-'));
  file = join(folder, 'body');
  const opened = openSync(file, 'w');
  ftruncateSync(opened, size);
  closeSync(opened);
});
after(async () => {
  await over[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function assertRefused(status: number | undefined, text: string): void {
  assert.equal(status, 413, text);
  const { type, error } = JSON.parse(text) as { type: string; error: { type: string; message: string } };
  assert.deepEqual([type, error.type], ['error', 'request_too_large']);
  assert.match(error.message, /larger than 104857600 bytes/);
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < size; sent += piece.length) yield piece;
}

for (const [how, init] of [
  ['whole', () => ({ body: Buffer.alloc(size, 'x') })],
  ['in chunks', () => ({ body: pieces() as never, duplex: 'half' as const })],
] as const)
  test(`fetch, ${how}`, { timeout: hangMs }, async () => {
    const headers = { 'x-api-key': token };
    const answer = await fetch(`${over.url}/v1/messages`, { method: 'POST', headers, ...init() });
    assertRefused(answer.status, await answer.text());
  });

for (const [how, headers] of [
  ['with a length', { 'content-length': size }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
] as const)
  test(`node:http in pieces, ${how}`, { timeout: hangMs }, async () => {
    const outgoing = request(`${over.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': token, ...headers },
    });
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    let refused = false;
    void answered.then(() => (refused = true));
    // To its end, whatever the answer: this client reads nothing before.
    for (let sent = 0; sent < size; sent += piece.length) {
      if (outgoing.write(piece) || refused) continue;
      // Node reports no drain after the response.
      await new Promise<void>((resolve) => {
        outgoing.once('drain', resolve);
        void answered.then(() => resolve());
      });
    }
    outgoing.end();
    const [answer] = await answered;
    let text = '';
    for await (const part of answer) text += String(part);
    assertRefused(answer.statusCode, text);
  });

/** What a client that asks first receives: whether to send its body, and the final answer. */
async function asked(headers: readonly string[], body: string): Promise<string> {
  const socket = connect(over.proxy.port, '127.0.0.1');
  const lines = ['POST /v1/messages HTTP/1.1', 'host: localhost', 'expect: 100-continue', ...headers];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let text = '';
  socket.on('data', (part: Buffer) => {
    text += part.toString();
    if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(body);
  });
  await waitUntil(() => /HTTP\/1\.1 [2-5]/.test(text), 'the final answer');
  socket.destroy();
  return text;
}

test(
  'a client that asks first is told to send a body only if it is wanted',
  { timeout: hangMs },
  async () => {
    const key = `x-api-key: ${token}`;
    const tooLarge = `content-length: ${size}`;
    assert.match(await asked([key, tooLarge], ''), /^HTTP\/1\.1 413 /);
    assert.match(await asked(['x-api-key: wrong', tooLarge], ''), /^HTTP\/1\.1 401 /);
    assert.match(await asked([key, tooLarge, 'origin: http://evil.example'], ''), /^HTTP\/1\.1 403 /);
    const body = JSON.stringify(requestBody({ model: 7 }));
    const wanted = await asked([key, `content-length: ${body.length}`], body);
    assert.match(wanted, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
    assert.match(wanted, /model: expected a model id/);
  },
);

interface Ran {
  stdout: string;
  stderr: string;
}

function run(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { env: { PATH: process.env['PATH'], HOME: folder } }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const curl = runs('curl', '--version');

for (const [how, args] of [
  ['asking first', []],
  ['without asking', ['-H', 'Expect:']],
  ['asking first, in chunks', ['-H', 'Transfer-Encoding: chunked']],
  ['without asking, in chunks', ['-H', 'Transfer-Encoding: chunked', '-H', 'Expect:']],
  ['in HTTP/1.0', ['--http1.0']],
] as const)
  test(`curl, ${how}${curl ? '' : ' (not run: no curl)'}`, { timeout: hangMs }, async () => {
    if (!curl) return;
    const given = ['-sS', '-w', '\n%{http_code} %{size_upload}', '-H', `x-api-key: ${token}`];
    const { stdout, stderr } = await run('curl', [
      ...given,
      ...args,
      '--data-binary',
      `@${file}`,
      `${over.url}/v1/messages`,
    ]);
    assert.equal(stderr, '');
    const [text = '', figures = ''] = stdout.split('\n');
    assertRefused(Number(figures.split(' ')[0]), text);
    if (how === 'asking first') assert.equal(figures, '413 0', 'nothing was sent');
  });

const script = fileURLToPath(new URL('../support/large_body.py', import.meta.url));
const python = runs('python3', '--version');
const requests = python && runs('python3', '-c', 'import requests');

for (const [how, ready] of [
  ['urllib', python],
  ['urllib chunked', python],
  ['http.client', python],
  ['http.client chunked', python],
  ['requests', requests],
  ['requests chunked', requests],
] as const)
  test(`Python's ${how}${ready ? '' : ' (not run: not installed)'}`, { timeout: hangMs }, async () => {
    if (!ready) return;
    const [library = '', chunked = ''] = how.split(' ');
    const url = `${over.url}/v1/messages`;
    const { stdout, stderr } = await run('python3', [script, library, chunked, url, token, String(size)]);
    assert.equal(stderr, '');
    assertRefused(Number(stdout.slice(0, 3)), stdout.slice(4));
  });
