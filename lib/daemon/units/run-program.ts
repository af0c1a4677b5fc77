/** Runs the programs that supervise services: `systemctl`, `loginctl`, `launchctl`. Bounded in time and in output. */
import { execFile } from 'node:child_process';

export interface Ran {
  /** The exit code; `missing` if there is no such program, `late` if it was ended after the time limit. */
  code: number | 'missing' | 'late';
  stdout: string;
  /** What it said on stderr, else why it did not run. */
  stderr: string;
}

/** Never rejects. It is ended after `limitMs` milliseconds, by default after 30 seconds. */
export type RunProgram = (program: string, args: readonly string[], limitMs?: number) => Promise<Ran>;

const defaultLimitMs = 30_000;
/** Milliseconds for a command that waits until live streams have finished, which drain_ms bounds. */
export const drainingLimitMs = 3_600_000;
const maxOutput = 1024 * 1024;

export function programRunner(env: Readonly<Record<string, string | undefined>>): RunProgram {
  return (program, args, limitMs = defaultLimitMs) =>
    new Promise((resolve) => {
      const options = { env: { ...env, LC_ALL: 'C' }, timeout: limitMs, maxBuffer: maxOutput };
      execFile(program, args, options, (error, stdout, stderr) => {
        const said = stderr.trim();
        if (error === null) resolve({ code: 0, stdout, stderr: said });
        else if (error.code === 'ENOENT')
          resolve({ code: 'missing', stdout, stderr: `there is no ${program}` });
        else if (error.killed === true)
          resolve({ code: 'late', stdout, stderr: `${program} did not end within ${limitMs / 1000} s` });
        else
          resolve({ code: Number(error.code) || 1, stdout, stderr: said === '' ? String(error.code) : said });
      });
    });
}
