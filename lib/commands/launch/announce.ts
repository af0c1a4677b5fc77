/** Makes a launch findable by its owner: control endpoints with a token of their own, and a private record of them. */
import { randomBytes } from 'node:crypto';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { removeLaunch, writeLaunch, type LaunchRecord } from '../../daemon/launches.ts';
import { thisMachine } from '../../daemon/machine.ts';
import { recordFolders } from '../../daemon/record.ts';
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
  const folders = recordFolders(system);
  const startedAt = new Date();
  const instance = randomBytes(12).toString('hex');
  const token = randomBytes(32).toString('base64url');
  let live: Host | undefined;
  let record: LaunchRecord | undefined;
  const answers = observingEndpoints({ startedAt, host: () => live as Host });
  return {
    control: { instance, token, answers },
    publish(host) {
      live = host;
      try {
        record = {
          instance,
          pid: process.pid,
          url: host.proxy.url,
          version,
          started_at: startedAt.toISOString(),
          control: token,
          log: host.logPath,
          client: client === 'exec' ? (forClient[0] ?? 'exec') : client,
          cwd: system.cwd,
          machine: thisMachine(),
        };
        writeLaunch(folders, record);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        host.log({ level: 'warn', event: 'launch_unrecorded', error: code ?? 'unknown' });
      }
    },
    withdraw: () => record && removeLaunch(folders, record),
  };
}
