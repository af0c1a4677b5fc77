/** The proxy that `occ start` runs, as the other commands find it and talk to it. */
import { findPlaces, type HomeContext } from '../config/paths.ts';
import { ask } from './ask.ts';
import { probe, type ProxyState } from './probe.ts';
import { readRecord, type ProxyRecord } from './record.ts';
import { exitCodes, OccError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';

export interface Found {
  record: ProxyRecord;
  state: ProxyState;
}

export function runtimeDirOf({ env, home }: HomeContext): string {
  return findPlaces({ env, home }).runtimeDir;
}

/** What the record says and whether it is still true; undefined when there is none. */
export async function findProxy(world: HomeContext): Promise<Found | undefined> {
  const record = readRecord(runtimeDirOf(world));
  return record && { record, state: await probe(record) };
}

/** OccError `not_running` (exit 3) unless one runs and answers. */
export async function requireRunning(
  world: HomeContext,
  remedy = 'occ start runs one',
): Promise<ProxyRecord> {
  const found = await findProxy(world);
  if (found?.state === 'running') return found.record;
  throw new OccError('not_running', reasonNotRunning(found), { exitCode: exitCodes.notRunning, remedy });
}

export function reasonNotRunning(found: Found | undefined): string {
  if (found === undefined) return 'no proxy is running';
  const { record, state } = found;
  if (state === 'silent') return `the proxy (pid ${record.pid}) does not answer on ${record.url}`;
  return `no proxy is running; the record of pid ${record.pid} is stale`;
}

/** Milliseconds for an answer that needs no work. */
const limitMs = 5000;

/** OccError `not_running` (exit 3) when it does not answer any more. */
export async function queryProxy(
  { url, control, pid }: ProxyRecord,
  path: '/occ/status' | '/occ/env',
): Promise<JsonObject> {
  try {
    const { status, body } = await ask(url + path, { token: control, limitMs });
    if (status === 200) return body;
  } catch {
    // The same as an answer that is none.
  }
  throw new OccError('not_running', `the proxy (pid ${pid}) has stopped answering on ${url}`, {
    exitCode: exitCodes.notRunning,
    remedy: 'occ stop ends it, occ start runs another',
  });
}

/** What a client needs in its environment to use it, the token included. */
export async function clientVariables(record: ProxyRecord): Promise<Record<string, string>> {
  const { variables } = await queryProxy(record, '/occ/env');
  const entries = Object.entries(isObject(variables) ? variables : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
