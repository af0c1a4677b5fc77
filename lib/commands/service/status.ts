/** `occ service status`: whether the service is installed, enabled and running, and whether the running proxy is its own. */
import { findProxy, isRunning } from '../../daemon/running.ts';
import { readServiceFile } from '../../daemon/units/file.ts';
import { exitCodes } from '../../errors.ts';
import { withTilde } from '../../tilde.ts';
import { usableSupervisor, type ServiceCall } from './call.ts';

/** Resolves to the exit code. OccError without a usable service manager. */
export async function status(call: ServiceCall): Promise<number> {
  const { system, output } = call;
  const supervisor = await usableSupervisor(call);
  const { file, name, logCommand } = supervisor;
  const found = readServiceFile(file);
  const ours = found !== undefined && found !== 'foreign';
  const { enabled, running, pid, failure } = await supervisor.state();
  const answering = await findProxy(system);
  const proxy = isRunning(answering)
    ? 'record' in answering
      ? answering.record
      : answering.proxy
    : undefined;
  const isService = proxy !== undefined && proxy.pid === pid;
  const lingers = await supervisor.lingers();
  if (output.json) {
    output.printJson({
      manager: name,
      file,
      installed: found !== undefined,
      ours,
      enabled: ours && enabled,
      running: ours && running,
      pid: pid ?? null,
      failure: failure ?? null,
      url: proxy?.url ?? null,
      proxy_is_service: isService,
      lingers: lingers ?? null,
    });
    return ours && running ? exitCodes.ok : exitCodes.notRunning;
  }
  const path = withTilde(file, system.home);
  if (found === undefined) output.print('installed  no; occ service install does it');
  else if (!ours) output.print(`installed  no; ${path} was not written by occ`);
  else {
    output.print(`installed  yes: ${path}`);
    output.print(
      `enabled    ${enabled ? 'yes: it starts with your session' : 'no; occ service install enables it'}`,
    );
    output.print(`running    ${runningLine()}`);
  }
  output.print(`proxy      ${proxyLine()}`);
  if (ours && lingers === false)
    output.print('session    it ends when you log out; loginctl enable-linger keeps it running');
  return ours && running ? exitCodes.ok : exitCodes.notRunning;

  function runningLine(): string {
    if (running) return `yes: pid ${pid ?? 'unknown'}`;
    return failure === undefined ? 'no' : `no: it failed (${failure}); ${logCommand} says why`;
  }

  function proxyLine(): string {
    if (proxy === undefined) return 'none answers';
    return isService
      ? `${proxy.url} is the service's`
      : `${proxy.url} is not the service's (pid ${proxy.pid})`;
  }
}
