/** Is what a record says still true? Asked of the port, since pids and ports are given to others in time. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ask } from './ask.ts';
import type { ProxyRecord } from './record.ts';

/**
 * - `running`: the port answers as this very run.
 * - `silent`: its process lives and the port does not answer; it hangs, or has just been stopped by a signal.
 * - `stale`: it is gone, whoever may have its pid or its port by now.
 */
export type ProxyState = 'running' | 'silent' | 'stale';

/** Milliseconds a proxy has to say that it is there. */
const patienceMs = 2000;

export async function probe(record: ProxyRecord): Promise<ProxyState> {
  const health = await findHealth(record.url);
  if (health?.['instance'] === record.instance) return 'running';
  return health === undefined && (await isProxyProcess(record)) ? 'silent' : 'stale';
}

/** What an occ listening at `url` says of itself; undefined when none does. */
export async function findHealth(url: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { body } = await ask(`${url}/health`, { limitMs: patienceMs });
    return body['service'] === 'occ' ? body : undefined;
  } catch {
    return undefined;
  }
}

/** True when the process of that number runs the record's program as a proxy, and not something that got its number later. */
export async function isProxyProcess({ pid, program }: ProxyRecord): Promise<boolean> {
  const line = await commandLine(pid);
  return line !== undefined && line.includes(program) && /\bstart\b/.test(line);
}

/** The command line of a process, from Linux or by the `ps` of POSIX; undefined when there is no such process, or no way to see. */
function commandLine(pid: number): Promise<string | undefined> {
  try {
    return Promise.resolve(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
  } catch {
    // Another system, or no such process: `ps` knows which.
  }
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { timeout: patienceMs }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
}
