/**
 * Sends one cancellable request to an upstream and returns the response with a decompressed body. All outgoing HTTP of the
 * proxy passes through this file.
 *
 * undici's own timeouts are off: both default to five minutes, which thinking models exceed. The attempt's deadlines apply
 * instead. Redirects are never followed, so that a key reaches only the configured host.
 */
import type { Readable } from 'node:stream';
import { readStream, type Body } from './body.ts';
import { systemClock, type Clock } from './clock.ts';
import { openConnections } from './connections.ts';
import { decompressed } from './content-encoding.ts';
import { isUsable, proxyFor, readProxies, type OutboundProxy } from './outbound-proxies.ts';
import { faultOfProxy } from './tunnel.ts';
import { faultError, toUpstreamError, UpstreamError, type Place } from './upstream-error.ts';

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

/** Honours the proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`), except for addresses of this machine. */
export async function openUpstream(
  env: NodeJS.ProcessEnv = process.env,
  clock: Clock = systemClock,
): Promise<Upstream> {
  const proxies = readProxies(env);
  const connections = await openConnections(clock);

  async function send(
    method: 'GET' | 'POST',
    address: string,
    headers: Record<string, string>,
    body: string | null,
    signal: AbortSignal,
  ): Promise<Answer> {
    const url = new URL(address);
    const chosen = proxyFor(proxies, url);
    if (chosen !== undefined && !isUsable(chosen)) {
      const { variable, reason } = chosen;
      throw new UpstreamError('connect', reason, { fault: { kind: 'proxy_variable', variable } });
    }
    const place: Place = { url, proxy: chosen?.address };
    try {
      const answer = await connections.request(url, chosen, { method, headers, body, signal });
      // Errors reach the reader. This listener keeps an error after its end from ending the process.
      answer.body.on('error', () => {});
      const named = toHeaders(answer.headers);
      const fault = chosen && url.protocol === 'http:' ? refusedByProxy(chosen, answer) : undefined;
      if (fault !== undefined) {
        answer.body.destroy();
        throw faultError(fault, place);
      }
      return {
        status: answer.statusCode,
        headers: named,
        body: toBody(answer.body, named['content-encoding'], place),
      };
    } catch (error) {
      throw toUpstreamError(error, place, 'connect');
    }
  }

  return {
    post: (url, headers, body, signal) => send('POST', url, headers, body, signal),
    get: (url, headers, signal) => send('GET', url, headers, null, signal),
    close: () => connections.close(),
  };
}

interface RawAnswer {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Over plain HTTP a proxy answers in the upstream's place. 407 is always its own. So is a web page with 403 or an error of a
 * gateway: APIs answer with JSON.
 */
function refusedByProxy(proxy: OutboundProxy, { statusCode, headers }: RawAnswer) {
  const page = /\bhtml\b/i.test(String(headers['content-type'] ?? ''));
  const own = statusCode === 407 || (page && [403, 502, 503, 504].includes(statusCode));
  return own ? faultOfProxy(proxy, { statusCode, headers }) : undefined;
}

function toHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) named[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return named;
}

function toBody(body: Readable, encoding: string | undefined, place: Place): Body {
  const describe = (error: unknown): UpstreamError => toUpstreamError(error, place, 'reset');
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
