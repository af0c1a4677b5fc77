/** Recognizes the addresses of this machine. Pure. */
import { toHostName } from './host-name.ts';

/** True for 127.0.0.0/8, ::1, localhost and its subdomains, however they are written. */
export function isLoopback(host: string): boolean {
  const name = toHostName(host) ?? '';
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name) ||
    // 127.0.0.0/8 as an IPv6 address (RFC 4291, 2.5.5.2).
    /^::ffff:7f[\da-f]{2}:[\da-f]{1,4}$/.test(name)
  );
}

/** True for 0.0.0.0 and ::, which mean every address of this machine to a server, and this machine to a client. */
export function isUnspecified(host: string): boolean {
  const name = toHostName(host) ?? host;
  return name === '' || name === '0.0.0.0' || name === '::' || name === '::ffff:0:0';
}

/** The host as a URL spells it: IPv6 addresses in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** `http://127.0.0.1:3456`: where clients on this machine reach a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  const near = isUnspecified(host) ? (toHostName(host) === '::' ? '::1' : '127.0.0.1') : host;
  return `http://${urlHost(near)}:${port}`;
}
