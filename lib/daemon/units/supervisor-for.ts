/** Chooses the supervisor of the platform. */
import type { HomeContext } from '../../config/paths.ts';
import { launchd } from './launchd.ts';
import type { RunProgram } from './run-program.ts';
import type { Supervisor } from './supervisor.ts';
import { systemd } from './systemd.ts';

/** Undefined on a platform for which there is none. */
export function supervisorFor(
  { platform, env, home }: HomeContext & { platform: NodeJS.Platform },
  run: RunProgram,
): Supervisor | undefined {
  if (platform === 'linux') return systemd({ env, home }, run);
  return platform === 'darwin' ? launchd(home, run) : undefined;
}
