/** Ends a proxy that runs: asks it to let its streams finish, insists when it does not answer, and says what was cut. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './ask.ts';
import { isProxyProcess, probe } from './probe.ts';
import { removeRecord, type ProxyRecord } from './record.ts';

export interface Halted {
  /** `stopped`: as asked. `killed`: it did not answer, and its process was ended by force. `stale`: nothing ran. */
  how: 'stopped' | 'killed' | 'stale';
  /** Live streams that did not finish in time; undefined where nobody could count them. */
  cut?: number;
}

/** Milliseconds beyond the drain after which it is not waited for any longer. */
const graceMs = 5000;
const pollMs = 50;

/** Ends it within `drainMs` and a few seconds, whatever state it is in. Never rejects. */
export async function halt(record: ProxyRecord, runtimeDir: string, drainMs: number): Promise<Halted> {
  const found = await probe(record);
  if (found === 'stale') {
    removeRecord(runtimeDir, record.instance);
    return { how: 'stale' };
  }
  const cut = found === 'running' ? await askToStop(record, drainMs) : undefined;
  if (cut !== undefined && (await isGone(record.pid, graceMs))) return { how: 'stopped', cut };
  // Somebody else may have ended it while it was asked; then its number may be anybody's.
  if (!(await isProxyProcess(record))) {
    removeRecord(runtimeDir, record.instance);
    return { how: 'stopped' };
  }
  kill(record.pid);
  await isGone(record.pid, graceMs);
  removeRecord(runtimeDir, record.instance);
  return { how: 'killed' };
}

/** How many streams were cut; undefined when it did not answer. */
async function askToStop({ url, control }: ProxyRecord, drainMs: number): Promise<number | undefined> {
  try {
    const { status, body } = await ask(`${url}/occ/stop`, {
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

/** Ended, and only not yet waited for by its parent: in a container nobody may ever do so. Seen on Linux only. */
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
    // It ended by itself.
  }
}
