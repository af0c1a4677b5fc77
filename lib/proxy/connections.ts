/**
 * The connections to upstreams: directly, through the tunnel of a proxy for https, or by asking a proxy for the whole URL for
 * http, as curl does: many proxies allow tunnels to port 443 only.
 */
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Clock } from './clock.ts';
import type { OutboundProxy } from './outbound-proxies.ts';
import { urlHost } from '../loopback.ts';
import { openTunnel } from './tunnel.ts';
import { tlsFault, type NetworkFault } from './policy/network-faults.ts';
import { codeOf, connectTimeoutMs, faultError, type UpstreamError } from './upstream-error.ts';

/**
 * How long a pooled connection is kept idle, in milliseconds: most turns of an agent come within it and need no new TLS
 * handshake, and it is shorter than the 60 seconds of common load balancers
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html), so that none is
 * closed during a request.
 */
const keepAliveMs = 50_000;

export interface Sent {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
}

export interface Connections {
  /** Rejects with an UpstreamError if a proxy is at fault, else with what the network throws. */
  request(url: URL, proxy: OutboundProxy | undefined, sent: Sent): Promise<Dispatcher.ResponseData>;
  /** Closes every connection, and gives up those that are being established. */
  close(): Promise<void>;
}

/** One way to connect, as undici calls it. */
type Connect = (
  target: Target,
  done: (...result: [error: Error, socket: null] | [error: null, socket: Socket]) => void,
) => void;

interface Target {
  hostname: string;
  host?: string | undefined;
  protocol: string;
  port: string;
  servername?: string | undefined;
  httpSocket?: Socket;
}

export async function openConnections(clock: Clock): Promise<Connections> {
  // The build includes only these (.ci/undici.mjs).
  const { Agent, buildConnector } = await import('undici');
  // NODE_TLS_REJECT_UNAUTHORIZED=0 would send keys to anybody who answers.
  const open = buildConnector({ timeout: connectTimeoutMs, rejectUnauthorized: true });
  const connecting = new Set<Socket>();
  const agents = new Map<string, InstanceType<typeof Agent>>();

  // undici does not close a connection that is still being established, not even when it is destroyed.
  const connect: Connect = (target, done) => {
    const socket = open(target as Parameters<typeof open>[0], (...result) => {
      connecting.delete(socket);
      done(...result);
    }) as unknown as Socket;
    connecting.add(socket);
  };

  /** A connection to the proxy itself, for requests to `url`. */
  function connectTo(proxy: OutboundProxy, url: URL, done: Parameters<Connect>[1]): void {
    const { hostname, port, secure } = proxy;
    const protocol = secure ? 'https:' : 'http:';
    const target = { hostname, host: urlHost(hostname), protocol, port: `${port}` };
    connect(target, (error, socket) =>
      error === null ? done(null, socket) : done(unreachable(proxy, url, error), null),
    );
  }

  const tunnelled =
    (proxy: OutboundProxy): Connect =>
    (target, done) => {
      const authority = `${urlHost(target.hostname)}:${target.port || 443}`;
      const url = new URL(`${target.protocol}//${authority}`);
      connectTo(proxy, url, (error, socket) => {
        if (error !== null) return done(error, null);
        connecting.add(socket);
        openTunnel({ proxy, authority, socket: socket, clock }, (fault, cause) => {
          connecting.delete(socket);
          if (fault === undefined) connect({ ...target, httpSocket: socket }, done);
          else done(faultError(fault, { url }, cause), null);
        });
      });
    };

  /** undici keeps connections by the origin of a request, which is that of the upstream for a tunnel. */
  function agentFor(name: string, way: Connect): InstanceType<typeof Agent> {
    const known = agents.get(name);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: way as never,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    agents.set(name, agent);
    return agent;
  }

  return {
    request(url, proxy, sent) {
      const { origin, pathname, search, host } = url;
      const path = pathname + search;
      if (proxy === undefined) return agentFor('direct', connect).request({ ...sent, origin, path });
      if (url.protocol === 'https:')
        return agentFor(`tunnel ${proxy.address}`, tunnelled(proxy)).request({ ...sent, origin, path });
      const headers = {
        ...sent.headers,
        host,
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      };
      const forwarding = agentFor(`forward ${proxy.address}`, (_target, done) => connectTo(proxy, url, done));
      const scheme = proxy.secure ? 'https' : 'http';
      const at = `${scheme}://${urlHost(proxy.hostname)}:${proxy.port}`;
      return forwarding.request({ ...sent, headers, origin: at, path: origin + path });
    },
    async close() {
      for (const socket of connecting) socket.destroy();
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function unreachable({ address, variable }: OutboundProxy, url: URL, error: Error): UpstreamError {
  const code = codeOf(error);
  const kind = tlsFault(code);
  const fault: NetworkFault = kind === undefined ? { kind: 'proxy_down' } : { kind, ofProxy: true };
  return faultError({ ...fault, proxy: address, variable, code }, { url }, error);
}
