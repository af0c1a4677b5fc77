/** Finds the proxy that `occ start` runs, and sends requests to its control endpoints. */
import { findPlaces, type HomeContext } from '../config/paths.ts';
import { sendRequest } from './request.ts';
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

/** The record and the state of its proxy; undefined if there is no record. */
export async function findProxy(world: HomeContext): Promise<Found | undefined> {
  const record = readRecord(runtimeDirOf(world));
  return record && { record, state: await probe(record) };
}

/** The record of the running proxy. OccError `not_running` (exit 3) if none runs or it does not answer. */
export async function requireRunning(
  world: HomeContext,
  remedy = 'start one with occ start',
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

/** Milliseconds until a response, which needs no work, must have arrived. */
const limitMs = 5000;

/** What a running proxy answers to a control request; undefined if it no longer answers. */
export async function askProxy(
  { url, control }: Pick<ProxyRecord, 'url' | 'control'>,
  path: '/occ/status' | '/occ/env' | '/occ/requests',
  asked?: JsonObject,
): Promise<JsonObject | undefined> {
  try {
    const method = asked === undefined ? 'GET' : 'POST';
    const { status, body } = await sendRequest(url + path, {
      method,
      token: control,
      limitMs,
      ...(asked !== undefined && { body: asked }),
    });
    return status === 200 ? body : undefined;
  } catch {
    return undefined;
  }
}

/** OccError `not_running` (exit 3) if it no longer answers. */
export async function queryProxy(record: ProxyRecord, path: '/occ/status' | '/occ/env'): Promise<JsonObject> {
  const answer = await askProxy(record, path);
  if (answer !== undefined) return answer;
  const { pid, url } = record;
  throw new OccError('not_running', `the proxy (pid ${pid}) has stopped answering on ${url}`, {
    exitCode: exitCodes.notRunning,
    remedy: 'stop it with occ stop, then start another with occ start',
  });
}

/** The environment variables that a client of the proxy needs, including the token. */
export async function clientVariables(record: ProxyRecord): Promise<Record<string, string>> {
  const { variables } = await queryProxy(record, '/occ/env');
  const entries = Object.entries(isObject(variables) ? variables : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
