/**
 * What keeps requests from reaching an upstream, where the cause is the network or an address and not the model: the words
 * for it, and whether another try can help. Pure.
 */

/**
 * - `unknown_issuer`: the certificate is signed by an authority that Node.js does not know, or by itself.
 * - `expired`: the certificate is not valid at the time that this machine has.
 * - `wrong_name`: the certificate is one of another host.
 * - `certificate`: it was not accepted for another reason.
 * - `tls`: the handshake failed otherwise.
 * - `no_tls`: the address begins with https, but the server answers without TLS.
 * - `needs_tls`: the address begins with http, but the server expects TLS.
 * - `no_http`: what answers is not HTTP.
 * - `redirect`: the answer leads elsewhere.
 * - `proxy_variable`: the variable that names the proxy names none that can be used.
 * - `proxy_down`: the proxy cannot be reached.
 * - `proxy_silent`: it accepts connections and does not answer.
 * - `proxy_broken`: it answers with something else than HTTP, or closes the connection.
 * - `proxy_login`: it requires a user name and a password, and none were given (407).
 * - `proxy_password`: it does not accept those that were given (407).
 * - `proxy_scheme`: it requires a way to log in that occ does not have, such as NTLM (407).
 * - `proxy_refused`: it does not let the request through.
 * - `proxy_no_way`: it cannot reach the upstream itself.
 */
export type NetworkFaultKind =
  | 'unknown_issuer'
  | 'expired'
  | 'wrong_name'
  | 'certificate'
  | 'tls'
  | 'no_tls'
  | 'needs_tls'
  | 'no_http'
  | 'redirect'
  | 'proxy_variable'
  | 'proxy_down'
  | 'proxy_silent'
  | 'proxy_broken'
  | 'proxy_login'
  | 'proxy_password'
  | 'proxy_scheme'
  | 'proxy_refused'
  | 'proxy_no_way';

export interface NetworkFault {
  kind: NetworkFaultKind;
  /** `host:port` of the proxy through which the request went, never with a password. */
  proxy?: string;
  /** The certificate or the handshake is that of the proxy, and not that of the upstream. */
  ofProxy?: true;
  /** The status that the proxy, or the server that redirects, answered. */
  status?: number;
  /** The code of the system or of Node.js. */
  code?: string;
  /** The variable that names the proxy. */
  variable?: string;
}

/** Those that may end by themselves: a proxy restarts, a network comes back. */
const passing: ReadonlySet<NetworkFaultKind> = new Set([
  'tls',
  'no_http',
  'proxy_down',
  'proxy_silent',
  'proxy_broken',
  'proxy_no_way',
]);

/** Whether only a person can end it, so that another try changes nothing. */
export function isLasting({ kind }: NetworkFault): boolean {
  return !passing.has(kind);
}

/** Whether the proxy is at fault, and not the upstream behind it. */
export function isOfProxy({ kind, ofProxy }: NetworkFault): boolean {
  return ofProxy === true || kind.startsWith('proxy_');
}

const trusting = 'NODE_EXTRA_CA_CERTS names a file of further authorities';

/** The fault as a sentence without its full stop. `who` is the upstream: a host with its port, if that is known. */
export function describeNetworkFault(fault: NetworkFault, upstream = 'the server'): string {
  const { kind, proxy, ofProxy, status, code, variable = 'HTTPS_PROXY' } = fault;
  const why = code === undefined ? '' : ` (${code})`;
  const answered = status === undefined ? '' : ` (${status})`;
  const it = `the proxy ${proxy ?? 'of the environment'}`;
  const who = ofProxy === true ? it : upstream;
  const through = proxy === undefined || isOfProxy(fault) ? '' : ` through the proxy ${proxy}`;
  switch (kind) {
    case 'unknown_issuer':
      return `the certificate of ${who}${through} was not accepted, because its issuer is unknown${why}; ${trusting}`;
    case 'expired':
      return code === 'CERT_NOT_YET_VALID'
        ? `the certificate of ${who}${through} is not valid yet${why}; is the clock of this machine right?`
        : `the certificate of ${who}${through} has expired${why}, or the clock of this machine is wrong`;
    case 'wrong_name':
      return `the certificate of ${who}${through} is one of another host${why}; a login page of the network may answer in its place`;
    case 'certificate':
      return `the certificate of ${who}${through} was not accepted${why}`;
    case 'tls':
      return `the TLS handshake with ${who}${through} failed${why}`;
    case 'no_tls':
      return `${who}${through} answers without TLS${why}; does its address begin with http:// instead of https://?`;
    case 'needs_tls':
      return `${who}${through} expects TLS${why}; its address must begin with https://`;
    case 'no_http':
      return `no answer from ${who}${through} that is HTTP${why}`;
    case 'redirect':
      return `${who}${through} redirects${answered}, which is not followed: a key goes only where it was configured to go`;
    case 'proxy_variable':
      return `${variable} names no http or https proxy, so nothing can be sent; correct or unset it`;
    case 'proxy_down':
      return code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? `the host of ${it} could not be found${why}`
        : code === 'ECONNREFUSED'
          ? `${it} refused the connection${why}`
          : `${it} could not be reached${code === 'UND_ERR_CONNECT_TIMEOUT' ? ' in time' : why}`;
    case 'proxy_silent':
      return `${it} does not answer`;
    case 'proxy_broken':
      return `${it} does not answer as an HTTP proxy does${why}`;
    case 'proxy_login':
      return `${it} requires a user name and a password${answered}`;
    case 'proxy_password':
      return `${it} does not accept the user name and password of ${variable}${answered}`;
    case 'proxy_scheme':
      return `${it} requires a way to log in that occ does not have, such as NTLM or Kerberos${answered}`;
    case 'proxy_refused':
      return `${it} does not let requests to ${who} through${answered}`;
    case 'proxy_no_way':
      return `${it} cannot reach ${who}${answered}`;
    // A log that another version has written.
    default:
      return 'no connection';
  }
}

/** The same in a few words. */
export function briefNetworkFault({ kind }: NetworkFault): string {
  return brief[kind] ?? 'no connection';
}

const brief: Readonly<Record<NetworkFaultKind, string>> = {
  unknown_issuer: 'certificate of an unknown issuer',
  expired: 'certificate expired',
  wrong_name: 'certificate of another host',
  certificate: 'certificate not accepted',
  tls: 'TLS failed',
  no_tls: 'server without TLS',
  needs_tls: 'server expects https',
  no_http: 'no HTTP',
  redirect: 'redirected',
  proxy_variable: 'proxy variable wrong',
  proxy_down: 'proxy not reachable',
  proxy_silent: 'proxy does not answer',
  proxy_broken: 'proxy broken',
  proxy_login: 'proxy requires a login',
  proxy_password: 'proxy refuses the login',
  proxy_scheme: 'proxy requires another login',
  proxy_refused: 'proxy refuses',
  proxy_no_way: 'proxy cannot reach the server',
};

/** The command that looks into it. */
export function networkStep({ kind }: NetworkFault): string {
  return kind === 'proxy_variable' ? 'occ doctor proxy-env' : 'occ doctor reachable';
}

/** The fault of a certificate or a handshake, by the code of Node.js; undefined for any other code. */
export function tlsFault(code: string): NetworkFaultKind | undefined {
  if (unknownIssuer.has(code)) return 'unknown_issuer';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') return 'wrong_name';
  if (withoutTls.has(code)) return 'no_tls';
  if (certificates.test(code)) return 'certificate';
  return /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? 'tls' : undefined;
}

/** Codes of OpenSSL's verification, as Node.js names them (nodejs.org/api/tls.html, "X509 certificate error codes"). */
const unknownIssuer: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

const certificates =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$)/;

/** What OpenSSL says of bytes that are no TLS. */
const withoutTls: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNKNOWN_PROTOCOL',
  'ERR_SSL_RECORD_LAYER_FAILURE',
]);
