/** Whose port is it? Linux tells of one's own processes; elsewhere nobody is named. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `python3 (pid 812)`; undefined where it cannot be told. */
export function ownerOfPort(port: number): string | undefined {
  try {
    const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeners(table, port)));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (!socketsOf(pid).some((inode) => inodes.has(inode))) continue;
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
    }
  } catch {
    // No /proc: another system.
  }
  return undefined;
}

/** Inodes of the sockets that listen there (state 0A of /proc/net/tcp). */
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
        return []; // closed meanwhile
      }
    });
  } catch {
    return []; // another user's, or it has ended
  }
}
