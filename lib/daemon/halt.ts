/** Stops a running proxy: requests a stop that lets streams finish, and kills the process if it does not answer. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendRequest } from './request.ts';
import { isProxyProcess, probe } from './probe.ts';
import { removeRecord, type ProxyRecord } from './record.ts';

export interface Halted {
  /** `stopped`: it stopped as requested. `killed`: it did not answer and was killed. `stale`: nothing ran. */
  how: 'stopped' | 'killed' | 'stale';
  /** Live streams that did not finish in time; undefined if the proxy did not report it. */
  cut?: number;
}

/** Milliseconds to wait beyond the drain. */
const graceMs = 5000;
const pollMs = 50;

/** Stops it within `drainMs` plus about ten seconds, in any state. Never rejects. */
export async function halt(record: ProxyRecord, runtimeDir: string, drainMs: number): Promise<Halted> {
  const found = await probe(record);
  if (found === 'stale') {
    removeRecord(runtimeDir, record.instance);
    return { how: 'stale' };
  }
  const cut = found === 'running' ? await requestStop(record, drainMs) : undefined;
  if (cut !== undefined && (await isGone(record.pid, graceMs))) return { how: 'stopped', cut };
  // Another command may have stopped it meanwhile, so its pid may belong to another process.
  if (!(await isProxyProcess(record))) {
    removeRecord(runtimeDir, record.instance);
    return { how: 'stopped' };
  }
  kill(record.pid);
  await isGone(record.pid, graceMs);
  removeRecord(runtimeDir, record.instance);
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

async function isGone(pid: number, limitMs: number): Promise<boolean> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(pollMs)) {
    if (!isAlive(pid)) return true;
  }
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** It has ended, but its parent has not waited for it; without an init, as in a container, it never may. Linux only. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
