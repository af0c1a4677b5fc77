/** Errors of the network on the way to an upstream, in words, with what the remedy depends on as fields. */
import { redactedLine } from '../redact.ts';
import { EncodingError } from './content-encoding.ts';
import {
  describeNetworkFault,
  tlsFault,
  type NetworkFault,
  type NetworkFaultKind,
} from './policy/network-faults.ts';

/** A network failure. `code` is the system's error code, if the upstream itself is at fault. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly trouble: 'connect' | 'reset';
  readonly code: string;
  /** What is wrong, if the network or the address is. */
  readonly fault: NetworkFault | undefined;

  constructor(
    trouble: 'connect' | 'reset',
    message: string,
    { code = '', fault, cause }: { code?: string; fault?: NetworkFault; cause?: unknown },
  ) {
    super(message, { cause });
    this.trouble = trouble;
    this.code = code;
    this.fault = fault;
  }
}

/** Where a request was sent. */
export interface Place {
  url: URL;
  /** `host:port` of the proxy between. */
  proxy?: string | undefined;
}

/** A fault that was found, as an error. */
export function faultError(fault: NetworkFault, { url }: Place, cause?: unknown): UpstreamError {
  return new UpstreamError('connect', describeNetworkFault(fault, url.host), { fault, cause });
}

/** Milliseconds to establish a connection. */
export const connectTimeoutMs = 10_000;

/** Describes a network error with the host's name. The system's own error stays in `cause`. */
export function toUpstreamError(error: unknown, place: Place, otherwise: 'connect' | 'reset'): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const { url, proxy } = place;
  const host = proxy === undefined ? url.host : `${url.host} (through the proxy ${proxy})`;
  if (error instanceof EncodingError)
    return new UpstreamError('reset', `${url.host} ${error.message}`, {
      code: 'content_encoding',
      cause: error,
    });
  const code = codeOf(error);
  const kind = tlsFault(code) ?? notHttp(error, place);
  if (kind !== undefined)
    return faultError(
      { kind, ...(code !== '' && { code }), ...(proxy !== undefined && { proxy }) },
      place,
      error,
    );
  const words = wordsFor(code, host, url.hostname);
  if (words) return new UpstreamError('connect', words, { code, cause: error });
  const systemMessage = error instanceof Error ? redactedLine(error.message) : '';
  const broke = /^(?:Z_|ZSTD_|ERR__?(?:ERROR|BROTLI))/.test(code)
    ? `the answer of ${host} could not be decompressed`
    : `the connection to ${host} broke`;
  const what = otherwise === 'connect' ? `no answer from ${host}` : broke;
  return new UpstreamError(
    otherwise === 'connect' && !isReset(code) ? 'connect' : 'reset',
    `${what} (${code || systemMessage})`,
    { code, cause: error },
  );
}

/** What undici's parser of HTTP could not read. A server that expects TLS answers with an alert (RFC 8446, 5.1 and 6). */
function notHttp(error: unknown, { url: { protocol }, proxy }: Place): NetworkFaultKind | undefined {
  const { name, data } = error as { name?: unknown; data?: unknown };
  if (name !== 'HTTPParserError' || protocol !== 'http:') return undefined;
  if (proxy !== undefined) return 'proxy_broken';
  return typeof data === 'string' && data.startsWith('\u0015\u0003') ? 'needs_tls' : 'no_http';
}

function wordsFor(code: string, host: string, hostname: string): string | undefined {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the host ${hostname} could not be found (${code})`;
  if (code === 'ECONNREFUSED') return `${host} refused the connection (${code})`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return `${host} could not be reached within ${connectTimeoutMs / 1000} s`;
  return undefined;
}

function isReset(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

/** The code of the innermost cause that has one; "" without any. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const inner = cause === undefined ? '' : codeOf(cause);
  return inner || (typeof code === 'string' ? code : '');
}
