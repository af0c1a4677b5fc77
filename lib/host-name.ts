/** Compares names of hosts, however they are written. Pure. */

/**
 * The host in the form in which it is compared: in lower case, an international name in its ASCII form, an address in its
 * shortest form, without brackets and without the dot of a fully qualified name. Undefined for what is no single host: a
 * URL, a port, a wildcard, several hosts.
 */
export function toHostName(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  const host = bare.includes(':') ? `[${bare}]` : bare;
  // What a URL would not read as a host, and `*`, which it would.
  if (host === '' || /[\s/?#@\\%*,<>^|]/.test(host)) return undefined;
  const url = `http://${host}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return name === '' || port !== '' || name.startsWith('.') || name.includes('..') ? undefined : name;
}

/** The host of a Host header or of an authority, without its port (RFC 9110, 7.2); undefined if it is not valid. */
export function hostOfAuthority(authority: string): string | undefined {
  const found = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(authority);
  return found?.[1] === undefined || Number(found[2] ?? 0) > 65_535 ? undefined : toHostName(found[1]);
}
