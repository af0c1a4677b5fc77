/** Runs `occ status`. */
import { findProxy, isRunning, queryProxy, reasonNotRunning } from '../../daemon/running.ts';
import { recordFolders } from '../../daemon/record.ts';
import { exitCodes } from '../../errors.ts';
import { outputFor, type GlobalOptions, type System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import { readLaunches, renderLaunches } from './launches.ts';
import { renderStatus } from './page.ts';
import { renderKnown, toKnown } from './unrecorded.ts';

/** Prints the state of the proxy, with `repeats` until Ctrl-C. Resolves to the exit code: 3 if none is running. */
export async function showStatus(
  system: System,
  options: GlobalOptions = {},
  repeats = false,
): Promise<number> {
  const output = await outputFor(system, options);
  if (!repeats) return show(system, output);
  const { watch } = await import('./watch.ts');
  return watch(system, output, show);
}

async function show(system: System, output: Output): Promise<number> {
  const [found, launches] = await Promise.all([findProxy(system), readLaunches(recordFolders(system))]);
  const printLaunches = (): void => {
    if (launches.length === 0) return;
    for (const line of ['', ...renderLaunches(launches, system.home, output.style, widthOf(system.stdout))])
      output.print(line);
  };
  if (!isRunning(found)) {
    const none = found === undefined && launches.length > 0;
    const reason = none ? 'occ start runs no proxy; a launch has one of its own' : reasonNotRunning(found);
    if (output.json) output.printJson({ running: false, pid: null, url: null, reason, launches });
    else output.print(reason);
    if (!output.json) printLaunches();
    if (found?.state === 'silent') output.info('occ: stop it with occ stop');
    return exitCodes.notRunning;
  }
  if (found.state === 'unrecorded') {
    const known = toKnown(found.proxy);
    if (output.json) output.printJson({ running: true, ...known, launches });
    else for (const line of renderKnown(known, output.style, widthOf(system.stdout))) output.print(line);
    if (!output.json) printLaunches();
    return exitCodes.ok;
  }
  const status = await queryProxy(found.record, '/occ/status');
  if (output.json) output.printJson({ running: true, ...status, launches });
  else {
    for (const line of renderStatus(status, system.home, output.style, widthOf(system.stdout)))
      output.print(line);
    printLaunches();
  }
  return exitCodes.ok;
}
