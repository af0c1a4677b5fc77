/** Requests captured from the other coding agents. Their page is `test/fixtures/client-requests/README.md`. */
import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../../lib/json.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import type { GivenRequest } from '../../lib/wire/served.ts';

export interface ClientRequest {
  client: string;
  kind: string;
  format: WireFormat;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: JsonObject;
}

const folder = new URL('../fixtures/client-requests/', import.meta.url);

/** Every captured request, in the order of the folders and files. */
export function clientRequests(): ClientRequest[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ClientRequest);
}

export function clientRequest(client: string, kind: string): ClientRequest {
  const found = clientRequests().find((one) => one.client === client && one.kind === kind);
  if (!found) throw new Error(`no captured request ${kind} of ${client}`);
  return found;
}

/** The request as the reader of its format gets it. */
export function givenBy({ path, headers, body }: ClientRequest): GivenRequest {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  return { pathname, query: searchParams, headers, body };
}

/** Whether the request asks for an answer, and not for a count of tokens. */
export function asksForAnswer({ path }: ClientRequest): boolean {
  return !/count_?tokens/i.test(path);
}
