/** Who may ask the proxy: checks the Host, the Origin and the token of a request before anything of it is used. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostOfAuthority, toHostName } from '../host-name.ts';
import { isLoopback } from '../loopback.ts';
import { quote } from '../shell-word.ts';
import { Refused } from './inbound.ts';

export interface AccessRules {
  /** The host on which the server listens. */
  host: string;
  /** Other names by which clients reach it (`allowed_hosts`). */
  allowedHosts: readonly string[];
  /** The token clients must send; undefined accepts any. */
  token: string | undefined;
}

/**
 * Throws `Refused` for a request that a web page could have made (a foreign Origin, or an unknown Host: DNS rebinding) or
 * that does not carry the token. The token is compared in constant time.
 */
export function checkAccess(req: IncomingMessage, rules: AccessRules, needsToken = true): void {
  for (const authority of authoritiesOf(req)) {
    const named = hostOfAuthority(authority);
    if (named === undefined) throw new Refused('permission_error', 'the request names no valid host');
    if (!isOurs(named, rules, req.socket.localAddress)) throw foreign(named, rules);
  }
  if (isFromPage(req)) {
    throw new Refused('permission_error', 'requests from web pages are not answered here', {
      next: { because: 'Nothing changes this: a web page could spend your key' },
    });
  }
  if (rules.token === undefined || !needsToken) return;
  const { token } = rules;
  const presented = presentedTokens(req);
  if (presented.some((one) => equal(one, token))) return;
  const what =
    presented.length === 0 ? 'no token was presented' : 'the token presented is not the one of this proxy';
  throw new Refused('authentication_error', `${what}; send it as Authorization: Bearer <token>`, {
    next: 'eval "$(occ env)"',
  });
}

/**
 * Whether a browser sends it for a page from elsewhere. Another port of this machine is another origin: pages that a
 * developer serves there are refused, too. A page can load an address as a script or an image without an Origin; browsers
 * then say where the page is from (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/, 2.4).
 */
function isFromPage({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`.toLowerCase()) return true;
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/**
 * The Host header, and the host of a target in absolute form (`GET http://host/path`), which takes its place (RFC 9112,
 * 3.2.2). Both must be ours, so that it does not matter which of them a program in between reads.
 */
function authoritiesOf({ headers, url = '' }: IncomingMessage): string[] {
  // Node reads headers as Latin-1; a client that does not use the ASCII form of an international name sends UTF-8.
  const host = Buffer.from(headers.host ?? '', 'latin1').toString('utf8');
  const absolute = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  return absolute === undefined ? [host] : [host, absolute];
}

function isOurs(named: string, { host, allowedHosts }: AccessRules, localAddress = ''): boolean {
  if (isLoopback(named)) return true;
  // A link-local address has its interface after a percent sign.
  const ours = [host, localAddress.replace(/^::ffff:(?=\d+\.)|%.*$/g, ''), ...allowedHosts];
  return ours.some((name) => toHostName(name) === named);
}

/** The key is named to everyone, the command only for a name that is harmless in a shell. */
function foreign(named: string, { allowedHosts }: AccessRules): Refused {
  const command = `occ config set allowed_hosts.${allowedHosts.length} ${quote(named)}`;
  return new Refused(
    'permission_error',
    `requests for the host ${JSON.stringify(named)} are not answered here; if others reach this machine by that name, add it to allowed_hosts`,
    {
      next: /^[\da-z.:-]+$/.test(named) && !named.startsWith('-') ? command : 'occ help config allowed_hosts',
    },
  );
}

/**
 * The tokens from every place where a client may put its key, since it may fill one of them with something else. Clients of
 * Google's format send `x-goog-api-key`, or `key` in the query.
 */
function presentedTokens({ headers, url = '' }: IncomingMessage): string[] {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  const query = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]);
  return [headers['x-api-key'], bearer, headers['x-goog-api-key'], query.get('key')].filter(
    (one) => typeof one === 'string' && one !== '',
  ) as string[];
}

function equal(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
