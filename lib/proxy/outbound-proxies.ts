/**
 * The HTTP proxies that the environment names for requests to upstreams, read as curl reads them (its manual, section
 * "ENVIRONMENT"): the variable of the URL's scheme, else ALL_PROXY; lower case first; a missing scheme means http. Unlike
 * curl, HTTP_PROXY counts in upper case, too, since no CGI script runs occ, and the default port is that of the scheme.
 */
import { isLoopback, isUnspecified } from '../loopback.ts';
import { readNoProxy, type Bypass } from './no-proxy.ts';

/** A proxy of the environment. */
export interface OutboundProxy {
  /** The variable that names it, in upper case. */
  variable: string;
  secure: boolean;
  /** Without the brackets of an IPv6 address. */
  hostname: string;
  port: number;
  /** `host:port`, for people: without user name and password. */
  address: string;
  /** The value of Proxy-Authorization; absent without a user name. A secret. */
  authorization?: string;
}

/** A variable whose value is no proxy that can be used. */
export interface UnusableProxy {
  variable: string;
  /** A sentence without its full stop, and without the value, which may hold a password. */
  reason: string;
}

export type ProxyChoice = OutboundProxy | UnusableProxy;

export interface OutboundProxies {
  /** For URLs of that scheme; undefined if none is set. */
  http: ProxyChoice | undefined;
  https: ProxyChoice | undefined;
  /** What NO_PROXY names. */
  bypass: Bypass;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxies that the environment names, in lower or upper case. An invalid one is kept with its reason. */
export function readProxies(env: Environment): OutboundProxies {
  return {
    http: firstOf(env, ['HTTP_PROXY', 'ALL_PROXY']),
    https: firstOf(env, ['HTTPS_PROXY', 'ALL_PROXY']),
    bypass: readNoProxy(valueOf(env, 'NO_PROXY')),
  };
}

/** The proxy for a request to this URL; undefined if it goes directly, as every request to this machine does. */
export function proxyFor(
  { http, https, bypass }: OutboundProxies,
  { protocol, hostname, port }: URL,
): ProxyChoice | undefined {
  const secure = protocol === 'https:';
  const choice = secure ? https : http;
  if (choice === undefined || isLoopback(hostname) || isUnspecified(hostname)) return undefined;
  return bypass(hostname, Number(port) || (secure ? 443 : 80)) ? undefined : choice;
}

/** False for a variable that names no proxy which occ can use. */
export function isUsable(choice: ProxyChoice): choice is OutboundProxy {
  return !('reason' in choice);
}

/** The value of a variable in lower or upper case; "" if neither is set. */
export function valueOf(env: Environment, name: string): string {
  return (env[name.toLowerCase()]?.trim() || env[name]?.trim()) ?? '';
}

function firstOf(env: Environment, names: readonly string[]): ProxyChoice | undefined {
  const variable = names.find((name) => valueOf(env, name) !== '');
  return variable === undefined ? undefined : toProxy(variable, valueOf(env, variable));
}

function toProxy(variable: string, value: string): ProxyChoice {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  const unusable = (reason: string): UnusableProxy => ({ variable, reason: `${variable} ${reason}` });
  if (scheme?.startsWith('socks'))
    return unusable('names a SOCKS proxy, which occ does not support; name an HTTP proxy, or unset it');
  const text = scheme === undefined ? `http://${value}` : value;
  if ((scheme !== undefined && !/^https?$/.test(scheme)) || !URL.canParse(text))
    return unusable(
      'names no http or https proxy, so nothing can be sent; correct or unset it (special characters of a password are written as %40, %23 …)',
    );
  const { protocol, hostname, port, username, password } = new URL(text);
  const secure = protocol === 'https:';
  const number = Number(port) || (secure ? 443 : 80);
  return {
    variable,
    secure,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: number,
    address: `${hostname}:${number}`,
    ...(username + password !== '' && {
      authorization: `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`,
    }),
  };
}

/** A percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
