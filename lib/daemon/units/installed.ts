/** Finds the service that a running proxy belongs to. */
import type { HomeContext } from '../../config/paths.ts';
import { readServiceFile } from './file.ts';
import { programRunner, type RunProgram } from './run-program.ts';
import type { Supervisor } from './supervisor.ts';
import { supervisorFor } from './supervisor-for.ts';

/** Undefined if the process is not that of an installed service. Without one, no program is run. */
export async function serviceOf(
  pid: number,
  { env, home, platform }: HomeContext & { platform: NodeJS.Platform },
  run: RunProgram = programRunner(env),
): Promise<Supervisor | undefined> {
  const supervisor = supervisorFor({ platform, env, home }, run);
  const file = supervisor && readServiceFile(supervisor.file);
  if (file === undefined || file === 'foreign') return undefined;
  return (await supervisor?.state())?.pid === pid ? supervisor : undefined;
}
