/** Checks whether a record is still valid by a request to its port, since pids and ports are reused. */
import { readFileSync } from 'node:fs';
import { sendRequest } from './request.ts';
import type { ProxyRecord } from './record.ts';

/**
 * - `running`: the port answers with the instance of the record.
 * - `silent`: its process exists but the port does not answer; it hangs, or is stopped by a signal.
 * - `stale`: it has ended, although another process may use its pid or its port.
 */
export type ProxyState = 'running' | 'silent' | 'stale';

/** Milliseconds until a proxy must answer. */
const timeoutMs = 2000;

export async function probe(record: ProxyRecord): Promise<ProxyState> {
  const health = await findHealth(record.url);
  if (health?.['instance'] === record.instance) return 'running';
  return health === undefined && (await isProxyProcess(record)) ? 'silent' : 'stale';
}

/** The response of /health if an occ listens at `url`, otherwise undefined. */
export async function findHealth(url: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { body } = await sendRequest(`${url}/health`, { limitMs: timeoutMs });
    return body['service'] === 'occ' ? body : undefined;
  } catch {
    return undefined;
  }
}

/** True if the process with that pid runs the program of the record as a proxy, so the pid was not reused. */
export async function isProxyProcess({ pid, program }: ProxyRecord): Promise<boolean> {
  const line = await commandLine(pid);
  return line !== undefined && line.includes(program) && /\bstart\b/.test(line);
}

/** The command line of a process, from /proc or `ps`; undefined if there is no such process or neither is available. */
async function commandLine(pid: number): Promise<string | undefined> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // Not Linux, or no such process; `ps` tells.
  }
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { timeout: timeoutMs }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
}
