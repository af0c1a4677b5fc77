/**
 * A connection to an upstream through an HTTP proxy: the request CONNECT, and what the proxy answers to it (RFC 9110, 9.3.6).
 * Every failure is the proxy's and says so, because a person has to look for it there and not at the upstream.
 */
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { userAgent } from '../version.ts';
import type { Clock } from './clock.ts';
import type { OutboundProxy } from './outbound-proxies.ts';
import type { NetworkFault, NetworkFaultKind } from './policy/network-faults.ts';
import { codeOf } from './upstream-error.ts';

/** Milliseconds until the proxy must have answered: it has to connect to the upstream first. */
export const tunnelTimeoutMs = 30_000;

export interface TunnelOptions {
  proxy: OutboundProxy;
  /** `host:port` of the upstream. */
  authority: string;
  /** A connection to the proxy. It is destroyed if there will be no tunnel. */
  socket: Socket;
  clock: Clock;
}

/** Calls `done` once: without a fault when the socket leads to the upstream. */
export function openTunnel(
  { proxy, authority, socket, clock }: TunnelOptions,
  done: (fault: NetworkFault | undefined, cause?: unknown) => void,
): void {
  let ended = false;
  const cancel = clock.after(tunnelTimeoutMs, () => fail({ kind: 'proxy_silent', proxy: proxy.address }));

  function end(): boolean {
    if (ended) return false;
    ended = true;
    cancel();
    return true;
  }

  function fail(fault: NetworkFault, cause?: unknown): void {
    if (!end()) return;
    socket.destroy();
    done(fault, cause);
  }

  const asking = request({
    method: 'CONNECT',
    path: authority,
    createConnection: () => socket,
    setHost: false,
    headers: {
      host: authority,
      'user-agent': userAgent,
      connection: 'keep-alive',
      'proxy-connection': 'keep-alive',
      ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
    },
  });
  asking.on('error', (error) =>
    fail({ kind: 'proxy_broken', proxy: proxy.address, code: codeOf(error) }, error),
  );
  asking.on('connect', (answer, _socket, head) => {
    const fault = faultOfProxy(proxy, answer);
    if (fault !== undefined) return fail(fault);
    if (!end()) return;
    if (head.length > 0) socket.unshift(head);
    done(undefined);
  });
  asking.end();
}

/** What a proxy's answer to CONNECT, or a refusal that is surely its own, says; undefined if it lets the request through. */
export function faultOfProxy(
  { address, variable, authorization }: OutboundProxy,
  { statusCode: status = 0, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>,
): NetworkFault | undefined {
  if (status >= 200 && status <= 299) return undefined;
  return {
    kind: status === 407 ? loginFault(headers['proxy-authenticate'], authorization) : kindOf(status),
    proxy: address,
    status,
    variable,
  };
}

/** `Proxy-Authenticate: Basic realm="…"`; several schemes come in several headers, or in one, separated by commas. */
function loginFault(offered: string | string[] = '', authorization?: string): NetworkFaultKind {
  const schemes = [offered].flat().join(', ');
  if (schemes !== '' && !/(?:^|,\s*)basic\b/i.test(schemes)) return 'proxy_scheme';
  return authorization === undefined ? 'proxy_login' : 'proxy_password';
}

function kindOf(status: number): NetworkFaultKind {
  return status >= 500 ? 'proxy_no_way' : 'proxy_refused';
}
