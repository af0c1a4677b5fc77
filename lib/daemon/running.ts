/** Finds the proxy that `occ start` runs, and sends requests to its control endpoints. */
import { findPlaces, type HomeContext } from '../config/paths.ts';
import type { AddressedProxy } from './by-address.ts';
import { sendRequest } from './request.ts';
import { probe, type ProxyState } from './probe.ts';
import { readRecords, recordFolders, type ProxyRecord } from './record.ts';
import { exitCodes, OccError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import { version } from '../version.ts';

/** A proxy that is known by its record. */
export interface Recorded {
  state: ProxyState;
  record: ProxyRecord;
}

/** A proxy that answers on the configured address, but has no record here. */
export interface Unrecorded {
  state: 'unrecorded';
  proxy: AddressedProxy;
}

export type Found = Recorded | Unrecorded;

export type Running = (Recorded & { state: 'running' }) | Unrecorded;

export function runtimeDirOf({ env, home }: HomeContext): string {
  return findPlaces({ env, home }).runtimeDir;
}

/**
 * The proxy: the one of a record whose port answers, else one that answers on the configured address, else what is left of
 * the records. Undefined if there is none of them.
 */
export async function findProxy(world: HomeContext): Promise<Found | undefined> {
  const recorded = await findRecorded(world);
  if (recorded?.state === 'running' || recorded?.state === 'silent') return recorded;
  const { findByAddress } = await import('./by-address.ts');
  const proxy = await findByAddress(world);
  if (proxy === undefined) return recorded;
  // It has written its record again if this is its home directory.
  const record = records(world).find(({ instance }) => instance === proxy.health['instance']);
  return record === undefined ? { state: 'unrecorded', proxy } : { state: 'running', record };
}

/** The best of the records: one whose proxy runs, hangs, has ended, or is that of another machine. */
export async function findRecorded(world: HomeContext): Promise<Recorded | undefined> {
  let best: Recorded | undefined;
  for (const record of records(world)) {
    const found = { state: await probe(record), record };
    if (found.state === 'running') return found;
    if (best === undefined || rank[found.state] < rank[best.state]) best = found;
  }
  return best;
}

const rank: Readonly<Record<ProxyState, number>> = { running: 0, silent: 1, stale: 2, elsewhere: 3 };

/** Both folders have the same ones, unless one of them was changed. */
function records(world: HomeContext): ProxyRecord[] {
  const all = recordFolders(world).flatMap((folder) => readRecords(folder));
  return all.filter(({ instance }, at) => all.findIndex((other) => other.instance === instance) === at);
}

/** The running proxy. OccError `not_running` (exit 3) if none of this user runs or it does not answer. */
export async function requireRunning(
  world: HomeContext,
  remedy = 'start one with occ start',
): Promise<Running> {
  const found = await findProxy(world);
  if (isRunning(found)) return found;
  throw new OccError('not_running', reasonNotRunning(found), { exitCode: exitCodes.notRunning, remedy });
}

/** Whether it is a running proxy of this user, as far as that is known. */
export function isRunning(found: Found | undefined): found is Running {
  return found?.state === 'running' || (found?.state === 'unrecorded' && found.proxy.owner !== 'other');
}

/** The sentence for a command that needs a running proxy, without its full stop. */
export function reasonNotRunning(found: Found | undefined): string {
  if (found === undefined) return 'no proxy is running';
  if (found.state === 'unrecorded') {
    const { url, user } = found.proxy;
    return `no proxy of yours is running; the occ on ${url} belongs to another user${user === undefined ? '' : ` (id ${user})`}`;
  }
  const { record, state } = found;
  if (state === 'silent') return `the proxy (pid ${record.pid}) does not answer on ${record.url}`;
  if (state === 'elsewhere')
    return `no proxy is running on this machine; the record is that of ${record.machine?.name ?? 'another one'}`;
  return `no proxy is running; the record of pid ${record.pid} is stale`;
}

/** Milliseconds until a response, which needs no work, must have arrived. */
const limitMs = 5000;

type Path = '/occ/status' | '/occ/env' | '/occ/requests' | '/occ/recording' | '/occ/record';

/** What a running proxy answers to a control request; undefined if it does not answer it. */
export async function askProxy(
  proxy: Pick<ProxyRecord, 'url' | 'control'>,
  path: Path,
  asked?: JsonObject,
): Promise<JsonObject | undefined> {
  const answer = await send(proxy, path, asked);
  return answer?.status === 200 ? answer.body : undefined;
}

async function send(
  { url, control }: Pick<ProxyRecord, 'url' | 'control'>,
  path: Path,
  asked?: JsonObject,
): Promise<{ status: number; body: JsonObject } | undefined> {
  try {
    const method = asked === undefined ? 'GET' : 'POST';
    return await sendRequest(url + path, {
      method,
      token: control,
      limitMs,
      ...(asked !== undefined && { body: asked }),
    });
  } catch {
    return undefined;
  }
}

/**
 * As `askProxy`, for an answer that the command cannot do without. OccError `not_running` (exit 3) if it no longer answers, and
 * `proxy_differs` if it is another version that does not know the request.
 */
export async function queryProxy(record: ProxyRecord, path: '/occ/status' | '/occ/env'): Promise<JsonObject> {
  const answer = await send(record, path);
  if (answer?.status === 200) return answer.body;
  const { pid, url } = record;
  if (answer !== undefined) throw differs(record, answer.status);
  throw new OccError('not_running', `the proxy (pid ${pid}) has stopped answering on ${url}`, {
    exitCode: exitCodes.notRunning,
    remedy: 'stop it with occ stop, then start another with occ start',
  });
}

function differs({ url, ...record }: ProxyRecord, status: number): OccError {
  return new OccError(
    'proxy_differs',
    `the proxy on ${url} is occ ${record.version} and does not understand occ ${version} (status ${status})`,
    { remedy: 'occ restart starts this version, with the same options' },
  );
}

/** The environment variables that a client of the proxy needs, including the token. */
export async function clientVariables(record: ProxyRecord): Promise<Record<string, string>> {
  const { variables } = await queryProxy(record, '/occ/env');
  const entries = Object.entries(isObject(variables) ? variables : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
