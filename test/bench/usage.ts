/** What a process has used, read from outside, so that nothing has to run in it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Milliseconds of CPU, user and system, of a running process. On Linux those of its living threads, in nanoseconds; in steps of
 * 10 ms where the kernel does not count them.
 */
export function cpuMs(pid: number): number {
  if (process.platform !== 'linux') return toMs(ps(pid, 'time'));
  return threadsMs(pid) || ticksMs(pid);
}

/** 0 where the kernel does not count. */
function threadsMs(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    // The first field is the time on a processor; see Documentation/scheduler/sched-stats.rst of Linux.
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1e6;
}

function ticksMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  // utime and stime in hundredths of a second; see proc(5).
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a running process in bytes. */
export function residentBytes(pid: number): number {
  if (process.platform !== 'linux') return Number(ps(pid, 'rss')) * 1024;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1024;
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}

/** Milliseconds of `[[hours:]minutes:]seconds`, as ps prints CPU times. */
export function toMs(time: string): number {
  return time.split(':').reduce((total, part) => total * 60 + Number(part), 0) * 1000;
}
