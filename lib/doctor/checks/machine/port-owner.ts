/** Finds the process that listens on a port. Works on Linux, for processes of the same user. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `python3 (pid 812)`; undefined if unknown. */
export function ownerOfPort(port: number): string | undefined {
  try {
    const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeners(table, port)));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (!socketsOf(pid).some((inode) => inodes.has(inode))) continue;
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
    }
  } catch {
    // Not Linux: there is no /proc.
  }
  return undefined;
}

/** Inodes of the sockets that listen on the port (state 0A in /proc/net/tcp). */
function listeners(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return local?.endsWith(`:${hex}`) && state === '0A' && inode !== undefined ? [inode] : [];
  });
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // Closed in the meantime.
      }
    });
  } catch {
    return []; // Owned by another user, or ended.
  }
}
