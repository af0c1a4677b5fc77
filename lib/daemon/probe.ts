/** Checks whether a record is still valid by a request to its port, since pids and ports are reused. */
import { toNumber, type JsonObject } from '../json.ts';
import { thisMachine } from './machine.ts';
import { beginningOf, commandLineOf, exists, startTimeOf } from './process.ts';
import { isElsewhere, type ProxyRecord } from './record.ts';
import { sendRequest } from './request.ts';

/**
 * - `running`: the port answers with the instance of the record.
 * - `silent`: its process exists but the port does not answer; it hangs, or is stopped by a signal.
 * - `stale`: it has ended, although another process may use its pid or its port.
 * - `elsewhere`: it is that of another machine with the same home directory, from which nothing is known here.
 */
export type ProxyState = 'running' | 'silent' | 'stale' | 'elsewhere';

/** Milliseconds until a proxy must answer. */
const timeoutMs = 2000;

/** Whether the proxy of a record runs: by its answer on its port, else by its process. */
export async function probe(record: ProxyRecord): Promise<ProxyState> {
  const health = await findHealth(record.url);
  // The instance is no secret, so that another program may answer with it after the proxy has ended.
  if (health?.['instance'] === record.instance) return mayRun(record) ? 'running' : 'stale';
  if (isElsewhere(record)) return 'elsewhere';
  // Another proxy with its pid has replaced it.
  if (toNumber(health?.['pid']) === record.pid) return 'stale';
  return (await isProxyProcess(record)) ? 'silent' : 'stale';
}

/** The response of /health if an occ listens at `url`, otherwise undefined. */
export async function findHealth(url: string): Promise<JsonObject | undefined> {
  return (await askHealth(url))?.health;
}

/** The same, with the address that was reached. */
export async function askHealth(
  url: string,
  limitMs = timeoutMs,
): Promise<{ health: JsonObject; address: string } | undefined> {
  try {
    const { body, address } = await sendRequest(`${url}/health`, { limitMs });
    return body['service'] === 'occ' ? { health: body, address } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process of the record may still run: it does, or it cannot be seen from here. */
export function mayRun(record: Pick<ProxyRecord, 'pid' | 'machine' | 'began'>): boolean {
  if (!sharesPids(record)) return true;
  return record.began ? beginningOf(record.pid) === record.began : exists(record.pid);
}

/** Whether its pid means something here: not in another container, and not after the machine has started again. */
export function sharesPids({ machine }: Pick<ProxyRecord, 'machine'>): boolean {
  const { name, pids } = thisMachine();
  return machine === undefined || (machine.name === name && machine.pids === pids);
}

/** Whether the command line of the process is that of a proxy. */
export async function runsProxy(pid: number, program = 'occ'): Promise<boolean> {
  const line = (await commandLineOf(pid))?.join(' ');
  return line !== undefined && line.includes(program) && /\bstart\b/.test(line);
}

/**
 * Whether the process that now has the pid of the record is the proxy, so that the pid was not reused. Where the beginning
 * of processes is not known exactly, it must run the program of the record, and not have begun after the record was made.
 */
export async function isProxyProcess(record: ProxyRecord): Promise<boolean> {
  const { pid, program, began = '', started_at } = record;
  if (!sharesPids(record)) return false;
  if (began !== '') return beginningOf(pid) === began;
  if (!(await runsProxy(pid, program))) return false;
  const startMs = beginningOf(pid) === '' ? await startTimeOf(pid) : undefined;
  return startMs === undefined || startMs <= Date.parse(started_at) + 1000;
}
