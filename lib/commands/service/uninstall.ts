/** `occ service uninstall`: stops the service, and removes the file that `occ service install` wrote. */
import { readServiceFile, removeServiceFile, requireOurs } from '../../daemon/units/file.ts';
import { exitCodes } from '../../errors.ts';
import { withProgress } from '../../terminal/progress.ts';
import { withTilde } from '../../tilde.ts';
import { platformSupervisor, usableSupervisor, type ServiceCall } from './call.ts';

/** Resolves to exit code 0, also if no service is installed. OccError for a file that occ did not write. */
export async function uninstall(call: ServiceCall): Promise<number> {
  const { system, output } = call;
  const { file, name } = platformSupervisor(call);
  if (readServiceFile(file) === undefined) {
    if (output.json) output.printJson({ service: 'not_installed', manager: name, file });
    else output.print('no service is installed');
    return exitCodes.ok;
  }
  requireOurs(file);
  const supervisor = await usableSupervisor(call);
  const waiting = 'stopping the service when its live streams have finished';
  await withProgress(output, waiting, supervisor.deactivate());
  removeServiceFile(file);
  await supervisor.forget();
  if (output.json) output.printJson({ service: 'removed', manager: name, file });
  else output.print(`the service is stopped and removed: ${withTilde(file, system.home)}`);
  return exitCodes.ok;
}
