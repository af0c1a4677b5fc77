/**
 * Sends one cancellable request to an upstream and returns the response with a decompressed body. All outgoing HTTP of the
 * proxy passes through this file.
 *
 * undici's own timeouts are off: both default to five minutes, which thinking models exceed. The attempt's deadlines apply
 * instead. Redirects are never followed, so that a key reaches only the configured host.
 */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isLoopback } from '../loopback.ts';
import { redactedLine } from '../redact.ts';
import { readStream, type Body } from './body.ts';
import { decompressed, EncodingError } from './content-encoding.ts';

export interface Answer {
  status: number;
  /** Names are in lower case. The values of a repeated header are joined by commas. */
  headers: Readonly<Record<string, string>>;
  /** Decompressed. */
  body: Body;
}

export interface Upstream {
  /** Rejects with UpstreamError if there is no response. Never retries. */
  post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer>;
  /** The same for a GET request, for a provider's model list or quota page. */
  get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Answer>;
  /** Closes every connection, and gives up those that are being established. */
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
/**
 * How long a pooled connection is kept idle, in milliseconds: most turns of an agent come within it and need no new TLS
 * handshake, and it is shorter than the 60 seconds of common load balancers
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html), so that none is
 * closed during a request.
 */
const keepAliveMs = 50_000;

/** Honours the proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`), except for loopback addresses. */
export async function openUpstream(env: NodeJS.ProcessEnv = process.env): Promise<Upstream> {
  // The build includes only these (.ci/undici.mjs).
  const { Agent, EnvHttpProxyAgent, buildConnector } = await import('undici');
  const connecting = new Set<Socket>();
  const connector = buildConnector({ timeout: connectTimeoutMs });
  const options = {
    // undici does not close a connection that is still being established, not even when it is destroyed.
    connect(...[target, callback]: Parameters<typeof connector>): void {
      const socket = connector(target, (...result) => {
        connecting.delete(socket);
        callback(...result);
      }) as unknown as Socket;
      connecting.add(socket);
    },
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
      const { origin, pathname, search } = target;
      const answer = await dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headers,
        body,
        signal,
      });
      const named = toHeaders(answer.headers);
      // Errors reach the reader. This listener keeps an error after its end from ending the process.
      answer.body.on('error', () => {});
      return {
        status: answer.statusCode,
        headers: named,
        body: toBody(answer.body, named['content-encoding'], target),
      };
    } catch (error) {
      throw toUpstreamError(error, target, 'connect');
    }
  }

  return {
    post: (url, headers, body, signal) => send('POST', url, headers, body, signal),
    get: (url, headers, signal) => send('GET', url, headers, null, signal),
    async close() {
      for (const socket of connecting) socket.destroy();
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

function toBody(body: Readable, encoding: string | undefined, target: URL): Body {
  const describe = (error: unknown): UpstreamError => toUpstreamError(error, target, 'reset');
  return {
    async read(take) {
      try {
        const bytes = await decompressed(body, encoding).catch((error: unknown) => {
          throw describe(error);
        });
        await readStream(bytes, take, describe);
      } finally {
        body.destroy();
      }
    },
  };
}

/** Describes a network error with the host's name. The system's own error stays in `cause`. */
function toUpstreamError(
  error: unknown,
  { host, hostname }: URL,
  otherwise: 'connect' | 'reset',
): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error instanceof EncodingError)
    return new UpstreamError('reset', `${host} ${error.message}`, 'content_encoding', error);
  const code = codeOf(error);
  const words = wordsFor(code, host, hostname);
  if (words) return new UpstreamError('connect', words, code, error);
  const systemMessage = error instanceof Error ? redactedLine(error.message) : '';
  const broke = /^(?:Z_|ZSTD_|ERR__?(?:ERROR|BROTLI))/.test(code)
    ? `the answer of ${host} could not be decompressed`
    : `the connection to ${host} broke`;
  const what = otherwise === 'connect' ? `no answer from ${host}` : broke;
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
