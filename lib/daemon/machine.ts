/**
 * Identifies the machine and its process ids. Several machines or containers may share a home directory, and so the records
 * in it, but a process id means something only where the process runs, and only until the machine starts again.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Machine {
  /** The host name. */
  name: string;
  /** What process ids belong to: the start of the machine and the pid namespace. Empty where it is unknown, as on macOS. */
  pids: string;
}

let known: Machine | undefined;

/** The machine on which this process runs. */
export function thisMachine(): Machine {
  return (known ??= { name: hostname(), pids: pidsOfLinux() });
}

function pidsOfLinux(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** The host name in the form of a part of a file name. */
export function fileNameOf({ name }: Machine): string {
  return name.replace(/[^\w.-]/g, '_').slice(0, 64);
}
