/**
 * Looks up the name of a host in a process of its own. A lookup cannot be cancelled, and a process that waits for one cannot
 * end (libuv joins its threads): if no name server answers, doctor would outlive its report by minutes.
 */
import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import { isLoopback } from '../../../loopback.ts';
import { findProxies } from '../../../proxy/upstream.ts';

/**
 * Resolves when a name server has answered for the hosts that a request to `url` connects to: those of the proxies of the
 * environment, else that of the URL. What it answered is not of interest, because the request reports it. Rejects when
 * `signal` aborts.
 */
export async function lookUp(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const { given } = findProxies(env);
  const proxies = [given.httpProxy, given.httpsProxy].filter((proxy) => proxy !== '');
  const names = (proxies.length > 0 ? proxies : [url]).map((each) => new URL(each).hostname).filter(isName);
  await Promise.all([...new Set(names)].map((name) => lookUpName(name, signal)));
  signal.throwIfAborted();
}

function isName(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) === 0 && !isLoopback(host);
}

const script = "require('node:dns').lookup(process.argv[1], () => {})";

function lookUpName(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-e', script, name],
      { signal, killSignal: 'SIGKILL', windowsHide: true },
      () => resolve(),
    );
  });
}
