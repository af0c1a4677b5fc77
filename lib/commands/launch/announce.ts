/** Makes a launch findable by its owner: control endpoints with a token of their own, and a private record of them. */
import { randomBytes } from 'node:crypto';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { runtimeDirOf } from '../../daemon/running.ts';
import { removeLaunch, writeLaunch } from '../../daemon/launches.ts';
import { observingEndpoints } from '../../host/control-endpoints.ts';
import type { Host } from '../../host/host.ts';
import type { Control } from '../../proxy/control.ts';
import type { System } from '../../terminal/command-context.ts';
import { version } from '../../version.ts';

export interface Announcement {
  control: Control;
  /** Writes the record. A launch works without one, so a failure is only logged. */
  publish(host: Host): void;
  withdraw(): void;
}

export function announcement({ client, forClient }: LaunchArguments, system: System): Announcement {
  const runtimeDir = runtimeDirOf(system);
  const startedAt = new Date();
  const instance = randomBytes(12).toString('hex');
  const token = randomBytes(32).toString('base64url');
  let live: Host | undefined;
  const answers = observingEndpoints({ startedAt, host: () => live as Host });
  return {
    control: { instance, token, answers },
    publish(host) {
      live = host;
      try {
        writeLaunch(runtimeDir, {
          instance,
          pid: process.pid,
          url: host.proxy.url,
          version,
          started_at: startedAt.toISOString(),
          control: token,
          log: host.logPath,
          client: client === 'exec' ? (forClient[0] ?? 'exec') : client,
          cwd: system.cwd,
        });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        host.log({ level: 'warn', event: 'launch_unrecorded', error: code ?? 'unknown' });
      }
    },
    withdraw: () => removeLaunch(runtimeDir, process.pid),
  };
}
