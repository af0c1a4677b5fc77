/**
 * NO_PROXY: the hosts that are reached without a proxy. Follows curl (its manual, "NO_PROXY", and its lib/noproxy.c): names
 * with or without a leading dot stand for themselves and everything below them; IP addresses and their networks stand for
 * themselves; commas and blanks separate. What other programs also accept is accepted here: `*` among others, `*.example`,
 * IPv6 addresses in brackets, and ports.
 */
import { BlockList, isIP } from 'node:net';
import { toHostName } from '../host-name.ts';

/** Whether a host, as a URL has it, is reached without a proxy on that port. */
export type Bypass = (hostname: string, port: number) => boolean;

export function readNoProxy(list: string): Bypass {
  const entries = list.split(/[\s,]+/).flatMap((token) => readEntry(token) ?? []);
  return (hostname, port) => {
    const name = toHostName(hostname);
    return name !== undefined && entries.some((entry) => entry(name, port));
  };
}

function readEntry(token: string): Bypass | undefined {
  if (token === '*') return () => true;
  const [, bracketed, after = ''] = /^\[([^\]]*)\](\/\d+|:\d+)?$/.exec(token) ?? [];
  if (bracketed !== undefined)
    return after.startsWith(':') ? onPort(after, readHost(bracketed)) : readHost(bracketed + after);
  // A single colon separates a port; more of them are an IPv6 address.
  const [, host, port] = /^([^:]+)(:\d+)$/.exec(token) ?? [];
  return host === undefined || port === undefined ? readHost(token) : onPort(port, readHost(host));
}

function onPort(suffix: string, host: Bypass | undefined): Bypass | undefined {
  const only = Number(suffix.slice(1));
  return host && ((name, port) => port === only && host(name, port));
}

function readHost(text: string): Bypass | undefined {
  const [address = '', bits] = text.split('/');
  if (isIP(address) > 0) return readNetwork(address, bits);
  const name = toHostName(text.replace(/^\*?\./, ''));
  // A part of an IPv4 address is no suffix: as a URL has it, `0.0.1` is 0.0.0.1.
  return name === undefined ? undefined : (host) => host === name || host.endsWith(`.${name}`);
}

/** As in curl, `/0` and no prefix both mean the address itself, and a prefix that is too long means nothing. */
function readNetwork(address: string, prefix?: string): Bypass | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const longest = family === 'ipv6' ? 128 : 32;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = Number(prefix ?? 0) || longest;
  if (bits > longest) return undefined;
  const network = new BlockList();
  network.addSubnet(address, bits, family);
  return (host) => isIP(host) === (family === 'ipv6' ? 6 : 4) && network.check(host, family);
}
