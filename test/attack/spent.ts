/** Measures from outside what a proxy spends on an attack. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { cpuMs } from '../bench/usage.ts';
import type { Spent } from './attack.ts';
import { within } from './dial.ts';

const tells = process.platform === 'linux';
const mb = 2 ** 20;

export interface Meter {
  /** What was spent since the meter was made. */
  read(): Spent;
  /** Whether the proxy closes every connection that it had not before; waits up to `ms` for that. */
  closesAll(ms: number): Promise<boolean>;
}

/** Begins to measure. */
export function meter(pid: number): Meter {
  const began = performance.now();
  if (!tells)
    return { read: () => ({ ms: performance.now() - began }), closesAll: () => Promise.resolve(true) };
  const [cpu, sockets] = [cpuMs(pid), socketsOf(pid)];
  // Resets the peak to the present; see proc(5), clear_refs.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const memory = field(pid, 'VmRSS');
  let most = sockets;
  const look = (): void => void (most = Math.max(most, socketsOf(pid)));
  const looking = setInterval(look, 100);
  return {
    read() {
      clearInterval(looking);
      look();
      return {
        ms: performance.now() - began,
        cpuMs: cpuMs(pid) - cpu,
        memoryMb: Math.max(0, (field(pid, 'VmHWM') - memory) / mb),
        sockets: most - sockets,
      };
    },
    // Those to the upstream are pooled.
    closesAll: (ms) => within(ms, () => socketsOf(pid) <= sockets + pooled),
  };
}

/** Connections to upstreams that may wait for the next request. */
const pooled = 4;

export function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => targetOf(`${folder}/${fd}`).startsWith('socket:')).length;
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // closed meanwhile
  }
}

/** A line of /proc/pid/status, in bytes. */
function field(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}
