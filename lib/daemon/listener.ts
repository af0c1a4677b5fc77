/**
 * Finds who listens on an address of this machine, before a token is sent there: any user may listen on a port that is free,
 * and answer as a proxy would. Known on Linux, from /proc, and where there is `lsof`.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';

export interface Listeners {
  /** The ids of the users whose sockets listen there. */
  users: readonly number[];
  /** Whether this process listens there; false if it belongs to another user. */
  has(pid: number): boolean;
}

/** A socket that listens, in /proc/net/tcp or tcp6. */
interface Socket {
  address: string;
  uid: number;
  inode: string;
}

/** `address` is the one that a client has reached. Undefined where the system does not report the socket. */
export async function listenersOn(address: string, port: number): Promise<Listeners | undefined> {
  const sockets = socketsOn(port);
  if (sockets === undefined) return askLsof(port);
  const named = sockets.filter((socket) => socket.address === plain(address));
  // The system prefers a socket on the very address to one on every address.
  const found = named.length > 0 ? named : sockets.filter((socket) => unspecified.has(socket.address));
  const inodes = new Set(found.map(({ inode }) => inode));
  return {
    users: [...new Set(found.map(({ uid }) => uid))],
    has: (pid) => inodesOf(String(pid)).some((inode) => inodes.has(inode)),
  };
}

/** `python3 (pid 812)`, the process that listens on the port; undefined if unknown. Finds those of this user only. */
export function ownerOfPort(port: number): string | undefined {
  const inodes = new Set(socketsOn(port)?.map(({ inode }) => inode));
  try {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (!inodesOf(pid).some((inode) => inodes.has(inode))) continue;
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
    }
  } catch {
    // Not Linux: there is no /proc.
  }
  return undefined;
}

const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The sockets that listen on the port; undefined without /proc. */
function socketsOn(port: number): Socket[] | undefined {
  try {
    return [...readTable('tcp', port), ...readIfThere('tcp6', port)];
  } catch {
    return undefined;
  }
}

/** A machine may have no IPv6. */
function readIfThere(table: string, port: number): Socket[] {
  try {
    return readTable(table, port);
  } catch {
    return [];
  }
}

function readTable(table: string, port: number): Socket[] {
  return parseTable(readFileSync(`/proc/net/${table}`, 'utf8'), port, endianness() === 'LE');
}

/** The sockets of a table that listen on the port: state 0A. `swapped`: the bytes of each word are reversed. */
export function parseTable(text: string, port: number, swapped: boolean): Socket[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , uid, , inode = ''] = line.trim().split(/\s+/);
      const [address = '', own] = local.split(':');
      if (own !== hex || state !== '0A') return [];
      return [{ address: addressOf(address, swapped), uid: Number(uid), inode }];
    });
}

/** `0100007F` → `127.0.0.1`; 32 digits are an IPv6 address. */
function addressOf(digits: string, swapped: boolean): string {
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap((word) => {
    const pairs = word.match(/../g) ?? [];
    return swapped ? pairs.toReversed() : pairs;
  });
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = bytes.flatMap((byte, at) => (at % 2 === 0 ? [byte + (bytes[at + 1] ?? '')] : []));
  return plain(groups.join(':'));
}

/** The shortest form; IPv4 for an IPv4 address that is written as one of IPv6. */
function plain(address: string): string {
  if (!address.includes(':')) return address;
  const [mapped] = /(?<=^::ffff:)\d+\.\d+\.\d+\.\d+$/.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  const shortest = URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname : address;
  const [, high, low] = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest.replace(/^\[|\]$/g, '');
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** The inodes of the sockets that a process has open; none if it belongs to another user, or has ended. */
function inodesOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // Closed in the meantime.
      }
    });
  } catch {
    return [];
  }
}

/** Milliseconds until `lsof` must have answered. */
const timeoutMs = 3000;

/** On macOS it lists the processes of this user, and those of others only to root. */
async function askLsof(port: number): Promise<Listeners | undefined> {
  const { execFile } = await import('node:child_process');
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpu'];
  const printed = await new Promise<string | undefined>((resolve) => {
    execFile('lsof', args, { timeout: timeoutMs }, (error, stdout) => resolve(error ? undefined : stdout));
  });
  return printed === undefined || printed === '' ? undefined : parseLsof(printed);
}

/** Reads the output of `lsof -Fpu`: a line `p` with a process id, then a line `u` with its user id. */
export function parseLsof(printed: string): Listeners {
  const numbers = (kind: string): number[] =>
    printed.split('\n').flatMap((line) => (line.startsWith(kind) ? [Number(line.slice(1))] : []));
  const pids = new Set(numbers('p'));
  return { users: [...new Set(numbers('u'))], has: (pid) => pids.has(pid) };
}
