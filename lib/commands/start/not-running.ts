/** Refuses a second start. It loads nothing of the proxy, so that the process in the background starts early. */
import { findProxy, findRecorded } from '../../daemon/running.ts';
import { OccError } from '../../errors.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';

/**
 * OccError `already_running` if a proxy runs. A stale record is ignored, with a warning on `output`. `asks`: the configured
 * address is asked, too, for a proxy of this home directory whose record is gone. One that listens on another address may
 * run beside a proxy of another home directory.
 */
export async function requireNotRunning(system: System, output?: Output, asks = false): Promise<void> {
  const found = await (asks ? findProxy(system) : findRecorded(system));
  if (found === undefined || found.state === 'elsewhere' || found.state === 'unrecorded') return;
  const { record, state } = found;
  if (state === 'stale') {
    return output?.warn(`occ: the record of an earlier proxy (pid ${record.pid}) was stale and is replaced`);
  }
  throw alreadyRunning(record.url, record.pid, state === 'silent');
}

export function alreadyRunning(url: string, pid: unknown, silent = false): OccError {
  const what = silent ? 'is there, but does not answer' : 'is running already';
  return new OccError('already_running', `a proxy (pid ${String(pid)}) ${what} on ${url}`, {
    remedy: 'occ stop ends it, occ restart starts it anew, occ env prints what a client needs',
  });
}
