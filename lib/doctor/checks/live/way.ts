/**
 * Tries the way to a provider before the first request: the name, and the connection. undici can give up neither. A lookup
 * cannot be cancelled at all, and a process that waits for one cannot end (libuv joins its threads), so it runs in a process
 * of its own: if no name server answers, doctor would outlive its report by minutes.
 */
import { execFile } from 'node:child_process';
import { connect, isIP } from 'node:net';
import { isUsable, proxyFor, readProxies } from '../../../proxy/outbound-proxies.ts';

/** A host that a request connects to. */
interface Stop {
  /** Without the brackets of an IPv6 address. */
  host: string;
  port: number;
}

/**
 * Resolves when a name server and the host have answered: for the proxy through which `url` is requested, else for its host.
 * What they answered is not of interest, because the request reports it. Rejects when `signal` aborts.
 */
export async function tryWay(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const target = new URL(url);
  const proxy = proxyFor(readProxies(env), target);
  const stop =
    proxy !== undefined && isUsable(proxy) ? { host: proxy.hostname, port: proxy.port } : toStop(target);
  await tryStop(stop, signal);
  signal.throwIfAborted();
}

function toStop({ hostname, port, protocol }: URL): Stop {
  const usual = protocol === 'https:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

async function tryStop(stop: Stop, signal: AbortSignal): Promise<void> {
  // A name that was not found would be looked up again by the connection.
  if (isIP(stop.host) === 0 && !(await isFound(stop.host, signal))) return;
  if (!signal.aborted) await tryConnection(stop, signal);
}

const script = "require('node:dns').lookup(process.argv[1], (error) => process.exit(error ? 1 : 0))";

function isFound(name: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { signal, killSignal: 'SIGKILL', windowsHide: true } as const;
    execFile(process.execPath, ['-e', script, name], options, (error) => resolve(error === null));
  });
}

function tryConnection({ host, port }: Stop, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (): void => {
      signal.removeEventListener('abort', end);
      socket.destroy();
      resolve();
    };
    socket.once('connect', end);
    socket.once('error', end);
    signal.addEventListener('abort', end, { once: true });
  });
}
