/** The endpoints: which methods each takes, which need no token, and which closing does not wait for. */
import type { ServerResponse } from 'node:http';
import type { ServedName, ServedPath } from '../wire/served-paths.ts';
import { Refused } from './inbound.ts';

const methods: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/': 'GET',
  '/health': 'GET',
  '/ready': 'GET',
  '/metrics': 'GET',
  '/api/hello': 'GET',
};

/** Whether it is `/v1/models` or a model below it. */
export function isModels(pathname: string): boolean {
  return /^\/v1\/models(?:\/|$)/.test(pathname);
}

/** Whether a request at this path asks a model. */
export function isExchange(served: ServedPath | undefined): boolean {
  return served?.endpoint.does === 'answer';
}

/** Whether a path is answered without a token. */
export function isOpen(pathname: string): boolean {
  return ['/', '/health', '/ready', '/api/hello'].includes(pathname);
}

/** Whether a path is about the proxy itself. Closing does not wait for it, and answers it to the end. */
export function isAside(pathname: string): boolean {
  return isOpen(pathname) || pathname === '/metrics' || pathname.startsWith('/occ/');
}

/**
 * Throws `Refused` for an unknown path, and for a method that it does not take. `served` is what the path is for, if a format
 * has it.
 */
export function checkEndpoint(
  method: string,
  pathname: string,
  served: ServedPath | undefined,
  res: ServerResponse,
): void {
  if (served?.endpoint.does === 'refuse')
    throw notOffered(served.format, served.endpoint.why ?? `${pathname} is not offered`);
  const allowed = served
    ? (served.endpoint.method ?? method)
    : isModels(pathname)
      ? 'GET'
      : methods[pathname];
  if (allowed === undefined)
    throw new Refused('not_found_error', `there is no ${pathname} here`, { next: 'occ env' });
  if (method === allowed) return;
  res.setHeader('allow', allowed);
  // Codex first tries a WebSocket, and changes to HTTP at once when it gets this status.
  const status = served && res.req.headers.upgrade !== undefined ? 426 : 405;
  throw new Refused('invalid_request_error', `${pathname} takes ${allowed}, not ${method}`, { status });
}

/** Google's API has a status for it (`UNIMPLEMENTED`). Clients of the others take 501 for an outage, and 404 as it is meant. */
function notOffered(format: ServedName, why: string): Refused {
  const status = format === 'gemini' ? 501 : 404;
  return new Refused('invalid_request_error', why, { status, forClient: true });
}
