/** Looks at processes: from /proc on Linux, elsewhere with `ps`. */
import { readFileSync, readlinkSync } from 'node:fs';

/** Milliseconds until `ps` must have answered. */
const timeoutMs = 2000;

/** Whether there is a process with this id, also one that has ended and that its parent has not waited for. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether it runs. A process that has ended may stay for ever in a container without an init, which would wait for it. */
export function isAlive(pid: number): boolean {
  return exists(pid) && statusOf(pid)?.[0] !== 'Z';
}

/**
 * When it began, in units since the machine started: with the id, this is the same for one process only. Empty if no such
 * process runs, and where there is no /proc.
 */
export function beginningOf(pid: number): string {
  const status = statusOf(pid);
  return (status?.[0] !== 'Z' && status?.[19]) || '';
}

/** The fields of /proc/<pid>/stat from the third, the state. The second may contain anything, brackets too (proc(5)). */
function statusOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Its working directory; undefined if unknown. */
export function workingDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Its command line as words; undefined if there is no such process. `ps` does not tell blanks within words. */
export async function commandLineOf(pid: number): Promise<string[] | undefined> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return (await askPs(pid, 'args'))?.split(/\s+/);
  }
}

/** When it began, in milliseconds since 1970 and whole seconds; undefined if unknown. */
export async function startTimeOf(pid: number): Promise<number | undefined> {
  const time = Date.parse((await askPs(pid, 'lstart')) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

async function askPs(pid: number, column: string): Promise<string | undefined> {
  const { execFile } = await import('node:child_process');
  const args = ['-ww', '-o', `${column}=`, '-p', String(pid)];
  // Names of months in English, whatever the user's language is.
  const env = { ...process.env, LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile('ps', args, { timeout: timeoutMs, env }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim()),
    );
  });
}
