/** What each `occ service` command gets, and the supervisor that it uses. */
import { programRunner, type RunProgram } from '../../daemon/units/run-program.ts';
import type { Supervisor } from '../../daemon/units/supervisor.ts';
import { supervisorFor } from '../../daemon/units/supervisor-for.ts';
import { OccError } from '../../errors.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';

export interface ServiceOptions extends GlobalOptions {
  port?: number;
  config?: string;
  start?: boolean;
  dryRun?: boolean;
}

export interface ServiceCall {
  options: ServiceOptions;
  system: System;
  output: Output;
  /** Runs systemctl and launchctl; tests pass their own. */
  run?: RunProgram;
}

/** OccError `service_unsupported` on a platform that has neither systemd nor launchd. */
export function platformSupervisor({ system, run }: ServiceCall): Supervisor {
  const found = supervisorFor(system, run ?? programRunner(system.env));
  if (found) return found;
  throw unsupported(
    `occ service needs systemd or launchd, which ${system.platform} does not have`,
    'occ start runs the proxy in the background; let the task scheduler of your system run it at login',
  );
}

/** The same, also if it does not answer for this user. */
export async function usableSupervisor(call: ServiceCall): Promise<Supervisor> {
  const supervisor = platformSupervisor(call);
  const obstacle = await supervisor.obstacle();
  if (obstacle) throw unsupported(obstacle.why, obstacle.remedy);
  return supervisor;
}

function unsupported(why: string, remedy: string): OccError {
  return new OccError('service_unsupported', why, { remedy });
}
