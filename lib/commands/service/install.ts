/** `occ service install`: writes the file of the service, enables it, and starts it. */
import { loadSettings } from '../../config/load.ts';
import { findProxy } from '../../daemon/running.ts';
import { readServiceFile, requireOurs, writeServiceFile } from '../../daemon/units/file.ts';
import { toServiceProgram, type ServiceProgram } from '../../daemon/units/program.ts';
import type { ServiceState, Supervisor } from '../../daemon/units/supervisor.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { System } from '../../terminal/command-context.ts';
import { withProgress } from '../../terminal/progress.ts';
import { withTilde } from '../../tilde.ts';
import { untilAnswering } from './answering.ts';
import { platformSupervisor, usableSupervisor, type ServiceCall } from './call.ts';
import { requireVisibleKeys } from './visible-keys.ts';

/**
 * Resolves to the exit code. OccErrors for an invalid configuration, a missing service manager, and a file that occ did not
 * write.
 */
export async function install(call: ServiceCall): Promise<number> {
  const { options, system, output } = call;
  const { config, port } = options;
  const given = { ...(config !== undefined && { config }), ...(port !== undefined && { port }) };
  const { env, home, cwd } = system;
  const { settings } = await loadSettings({ configFile: config, env, home, runCommands: false });
  const { drainMs } = settings;
  const program = toServiceProgram({ ...given, env, home, cwd, drainMs, process });
  if (options.dryRun === true) return dryRun(program, call);
  const supervisor = await usableSupervisor(call);
  requireOurs(supervisor.file);
  const starts = options.start !== false;
  const before = await supervisor.state();
  if (starts) await requireNoOther(before, system);
  await requireVisibleKeys(given, program, supervisor, call);

  const text = supervisor.render(program);
  const old = readServiceFile(supervisor.file);
  const changed = old === undefined || old === 'foreign' || old.text !== text;
  if (changed) writeServiceFile(supervisor.file, text);
  // A restart would cut streams for nothing.
  const activates = changed || !before.running || !before.enabled;
  const work = async () => {
    if (activates) await supervisor.activate(starts);
    return starts ? untilAnswering(supervisor, system) : undefined;
  };
  const record = await withProgress(output, starts ? 'starting the service' : 'enabling the service', work());

  const done = old === undefined ? 'installed' : changed ? 'updated' : 'unchanged';
  const lingers = await supervisor.lingers();
  if (output.json) {
    const { file, name } = supervisor;
    output.printJson({
      service: done,
      manager: name,
      file,
      url: record?.url ?? null,
      pid: record?.pid ?? null,
      lingers: lingers ?? null,
    });
  } else {
    output.print(`the service is ${done}: ${withTilde(supervisor.file, system.home)}`);
    if (record) output.print(`occ listens on ${record.url} (pid ${record.pid})`);
  }
  if (!starts) output.info('occ: it starts with your next session');
  if (lingers === false)
    output.info(
      'occ: it ends when you log out; loginctl enable-linger keeps it running, also after a reboot',
    );
  return exitCodes.ok;
}

/** OccError `already_running` if a proxy runs that is not the service's, since both would need the port. */
async function requireNoOther({ pid }: ServiceState, system: System): Promise<void> {
  const found = await findProxy(system);
  if (found === undefined || found.state === 'stale' || found.state === 'elsewhere') return;
  const other = found.state === 'unrecorded' ? found.proxy : found.record;
  if (other.pid === pid) return;
  throw new OccError(
    'already_running',
    `a proxy that is not the service's (pid ${other.pid}) is running on ${other.url}`,
    {
      remedy: 'occ stop ends it; then run occ service install again',
    },
  );
}

function dryRun(program: ServiceProgram, call: ServiceCall): number {
  const { options, output } = call;
  const supervisor: Supervisor = platformSupervisor(call);
  const { file } = supervisor;
  const text = supervisor.render(program);
  const commands = supervisor.commands(options.start !== false);
  if (output.json) output.printJson({ file, text, commands });
  else {
    output.print(`# ${file}`);
    output.printText(text);
    for (const command of commands) output.print(command);
  }
  return exitCodes.ok;
}
