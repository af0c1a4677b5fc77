/**
 * Sends one cancellable request to an upstream and returns the response with a decompressed body. All outgoing HTTP of the
 * proxy passes through this file.
 *
 * undici's own timeouts are off: both default to five minutes, which thinking models exceed. The attempt's deadlines apply
 * instead. Redirects are never followed, so that a key reaches only the configured host.
 */
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { isLoopback } from '../loopback.ts';
import { redactedLine } from '../redact.ts';

export interface Answer {
  status: number;
  /** Names are in lower case. The values of a repeated header are joined by commas. */
  headers: Readonly<Record<string, string>>;
  /** Decompressed. Throws UpstreamError when the connection breaks, and ends when `signal` aborts. */
  body: AsyncIterable<Uint8Array>;
}

export interface Upstream {
  /** Rejects with UpstreamError if there is no response. Never retries. */
  post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer>;
  /** The same for a GET request, for a provider's model list or quota page. */
  get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Answer>;
  /** Closes every pooled connection. */
  close(): Promise<void>;
}

/** A network failure. `code` is the system's error code. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly trouble: 'connect' | 'reset';
  readonly code: string;

  constructor(trouble: 'connect' | 'reset', message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.trouble = trouble;
    this.code = code;
  }
}

/** Milliseconds to establish a connection. */
const connectTimeoutMs = 10_000;
/** How long a pooled connection is kept idle, in milliseconds: shorter than load balancers do, so that none is closed during a request. */
const keepAliveMs = 15_000;

/** Honours the proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`), except for loopback addresses. */
export async function openUpstream(env: NodeJS.ProcessEnv = process.env): Promise<Upstream> {
  const { Agent, EnvHttpProxyAgent, request } = await import('undici');
  const options = {
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const direct = new Agent(options);
  const proxies = findProxies(env);
  const proxied = proxies.any ? new EnvHttpProxyAgent({ ...options, ...proxies.given }) : direct;

  async function send(
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    body: string | null,
    signal: AbortSignal,
  ): Promise<Answer> {
    const target = new URL(url);
    const near = isLoopback(target.hostname);
    const dispatcher = near ? direct : proxied;
    if (!near && proxies.unusable !== undefined) {
      throw new UpstreamError('connect', proxies.unusable.reason, 'proxy_unusable', undefined);
    }
    try {
      const answer = await request(target, { method, headers, body, signal, dispatcher });
      const named = toHeaders(answer.headers);
      // Errors reach the iteration. This listener keeps an error after its end from ending the process.
      answer.body.on('error', () => {});
      return {
        status: answer.statusCode,
        headers: named,
        body: readBody(answer.body, named['content-encoding'], target),
      };
    } catch (error) {
      throw toUpstreamError(error, target, 'connect');
    }
  }

  return {
    post: (url, headers, body, signal) => send('POST', url, headers, body, signal),
    get: (url, headers, signal) => send('GET', url, headers, null, signal),
    async close() {
      await Promise.all([direct.destroy(), proxied === direct ? undefined : proxied.destroy()]);
    },
  };
}

/** The proxies from the environment. */
export interface Proxies {
  any: boolean;
  /** In undici's form: whole URLs, "" for none. */
  given: { httpProxy: string; httpsProxy: string };
  /** The variable whose proxy cannot be used, and why; without its password. */
  unusable?: { variable: string; reason: string };
}

/** Reads the proxies from the environment. A missing scheme means http, as in curl. Only http and https are supported. */
export function findProxies(env: NodeJS.ProcessEnv): Proxies {
  const found: Proxies = { any: false, given: { httpProxy: '', httpsProxy: '' } };
  for (const [name, field] of [
    ['HTTP_PROXY', 'httpProxy'],
    ['HTTPS_PROXY', 'httpsProxy'],
  ] as const) {
    const value = (env[name.toLowerCase()] || env[name] || '').trim();
    if (value === '') continue;
    const url = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
    if (URL.canParse(url) && /^https?:/i.test(url)) {
      found.any = true;
      found.given[field] = url;
    } else
      found.unusable = {
        variable: name,
        reason: `${name} names no http or https proxy, so nothing can be sent; correct or unset it`,
      };
  }
  return found;
}

function toHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) named[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return named;
}

async function* readBody(
  body: Readable,
  encoding: string | undefined,
  target: URL,
): AsyncIterable<Uint8Array> {
  try {
    yield* await inflate(body, encoding);
  } catch (error) {
    throw toUpstreamError(error, target, 'reset');
  } finally {
    body.destroy();
  }
}

/** Decompresses what the header declares, and undeclared gzip, which its first two bytes identify. */
async function inflate(body: Readable, encoding = ''): Promise<AsyncIterable<Uint8Array>> {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return through(body, createGunzip());
    case 'br':
      return through(body, createBrotliDecompress());
    case 'deflate':
      return through(body, createInflate());
    default:
      return sniffed(body);
  }
}

async function* sniffed(body: Readable): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let first = await chunks.next();
  // One byte is not enough to tell, so it is joined with the next chunk.
  if (!first.done && first.value.length === 1 && first.value[0] === gzipMagic[0]) {
    const second = await chunks.next();
    if (!second.done) first = { done: false, value: Buffer.concat([first.value, second.value]) };
  }
  if (first.done) return;
  const rest = rejoin(first.value, chunks);
  const compressed = gzipMagic.every((byte, i) => first.value?.[i] === byte);
  yield* compressed ? through(Readable.from(rest), createGunzip()) : rest;
}

const gzipMagic = [0x1f, 0x8b];

async function* rejoin(first: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* through(
  body: Readable,
  inflater: NodeJS.ReadWriteStream & Readable,
): AsyncIterable<Uint8Array> {
  body.on('error', (error) => inflater.destroy(error));
  body.pipe(inflater);
  try {
    yield* inflater as AsyncIterable<Buffer>;
  } finally {
    inflater.destroy();
  }
}

/** Describes a network error with the host's name. The system's own error stays in `cause`. */
function toUpstreamError(
  error: unknown,
  { host, hostname }: URL,
  otherwise: 'connect' | 'reset',
): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = codeOf(error);
  const words = wordsFor(code, host, hostname);
  if (words) return new UpstreamError('connect', words, code, error);
  const systemMessage = error instanceof Error ? redactedLine(error.message) : '';
  const what = otherwise === 'connect' ? `no answer from ${host}` : `the connection to ${host} broke`;
  return new UpstreamError(
    otherwise === 'connect' && !isReset(code) ? 'connect' : 'reset',
    `${what} (${code || systemMessage})`,
    code,
    error,
  );
}

function wordsFor(code: string, host: string, hostname: string): string | undefined {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the host ${hostname} could not be found (${code})`;
  if (code === 'ECONNREFUSED') return `${host} refused the connection (${code})`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return `${host} could not be reached within ${connectTimeoutMs / 1000} s`;
  if (
    code.startsWith('CERT_') ||
    code.includes('SELF_SIGNED') ||
    code.startsWith('ERR_TLS') ||
    code.startsWith('UNABLE_TO_')
  ) {
    return `the certificate of ${host} was not accepted (${code})`;
  }
  return undefined;
}

function isReset(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const inner = cause === undefined ? '' : codeOf(cause);
  return inner || (typeof code === 'string' ? code : '');
}
