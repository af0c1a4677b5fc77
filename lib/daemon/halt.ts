/** Stops a running proxy: requests a stop that lets streams finish, and kills the process if it does not answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sendRequest } from './request.ts';
import { findHealth, isProxyProcess, probe, sharesPids } from './probe.ts';
import { isAlive } from './process.ts';
import { removeRecord, type ProxyRecord } from './record.ts';

export interface Halted {
  /**
   * `stopped`: it stopped as requested. `killed`: it did not answer and was killed. `stale`: nothing ran. `elsewhere`: it is
   * that of another machine, and its record stays.
   */
  how: 'stopped' | 'killed' | 'stale' | 'elsewhere';
  /** Live streams that did not finish in time; undefined if the proxy did not report any. */
  cut?: number;
}

/** Milliseconds to wait beyond the drain. */
const graceMs = 5000;
const pollMs = 50;

/** Stops it within `drainMs` plus about ten seconds, in any state. `folders` are those with its record. Never rejects. */
export async function halt(
  record: ProxyRecord,
  folders: readonly string[],
  drainMs: number,
): Promise<Halted> {
  const found = await probe(record);
  if (found === 'elsewhere') return { how: 'elsewhere' };
  if (found === 'stale') {
    removeRecord(folders, record.instance);
    return { how: 'stale' };
  }
  const cut = found === 'running' ? await requestStop(record, drainMs) : undefined;
  if (cut !== undefined && (await isGone(record))) return { how: 'stopped', cut };
  // Another command may have stopped it meanwhile, so its pid may belong to another process.
  if (!(await isProxyProcess(record))) {
    removeRecord(folders, record.instance);
    return { how: 'stopped' };
  }
  kill(record.pid);
  await isGone(record);
  removeRecord(folders, record.instance);
  return { how: 'killed' };
}

/** The number of streams that were cut; undefined if it did not answer. */
async function requestStop({ url, control }: ProxyRecord, drainMs: number): Promise<number | undefined> {
  try {
    const { status, body } = await sendRequest(`${url}/occ/stop`, {
      method: 'POST',
      token: control,
      body: { drain_ms: drainMs },
      limitMs: drainMs + graceMs,
    });
    return status === 200 && typeof body['cut'] === 'number' ? body['cut'] : undefined;
  } catch {
    return undefined;
  }
}

/** Waits for its end. A process of another container is not seen, only that it no longer answers. */
async function isGone(record: ProxyRecord): Promise<boolean> {
  const runs = sharesPids(record)
    ? () => isAlive(record.pid)
    : async () => (await findHealth(record.url))?.['instance'] === record.instance;
  for (const end = Date.now() + graceMs; Date.now() < end; await sleep(pollMs)) {
    if (!(await runs())) return true;
  }
  return !(await runs());
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
