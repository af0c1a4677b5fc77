/** Waits until the proxy of a service answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findRecorded } from '../../daemon/running.ts';
import type { ProxyRecord } from '../../daemon/record.ts';
import type { Supervisor } from '../../daemon/units/supervisor.ts';
import { OccError } from '../../errors.ts';
import type { System } from '../../terminal/command-context.ts';

/** Milliseconds until it must answer. A key command alone may take ten seconds. */
const readyMs = 30_000;
const pollMs = 100;

/** The record of its proxy. OccError `service_not_answering` if it ends instead, or does not answer in time. */
export async function untilAnswering(supervisor: Supervisor, system: System): Promise<ProxyRecord> {
  for (const end = Date.now() + readyMs; ; await sleep(pollMs)) {
    const { running, pid, failure } = await supervisor.state();
    const found = await findRecorded(system);
    if (running && found?.state === 'running' && found.record.pid === pid) return found.record;
    if (!running && failure !== undefined) throw notAnswering(`its proxy ended (${failure})`, supervisor);
    if (Date.now() > end)
      throw notAnswering(`its proxy did not answer within ${readyMs / 1000} s`, supervisor);
  }
}

function notAnswering(why: string, { logCommand }: Supervisor): OccError {
  return new OccError('service_not_answering', `the service is installed, but ${why}`, {
    remedy: `${logCommand} says why; occ service install starts it again`,
  });
}
