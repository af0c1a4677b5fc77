/**
 * Runs one program with the terminal inherited and ends as it ended. Ctrl-C reaches the whole foreground group by
 * itself, so the parent's part is only to outlive it; SIGTERM and SIGHUP are sent to the parent alone and passed on.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

export interface ChildOptions {
  command: string;
  args: readonly string[];
  /** All of the child's environment. */
  env: Readonly<Record<string, string>>;
  /** Called once the child runs: work that would delay its start belongs here. */
  onSpawn?: () => void;
}

export type ChildEnd =
  /** Its own exit status, or 128 and the number of the signal that ended it. */
  { kind: 'ended'; code: number } | { kind: 'not_found' } | { kind: 'not_runnable'; reason: string };

const passedOn = ['SIGTERM', 'SIGHUP'] as const;

/** Resolves when the child has ended; rejects never. Every handler it installs is gone by then. */
export function runChild({ command, args, env, onSpawn }: ChildOptions): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let child: ChildProcess | undefined;
    const outlive = (): void => {};
    const pass = (signal: NodeJS.Signals): void => void child?.kill(signal);
    // Installed before the child exists: a signal that comes in between must not end us and leave it behind.
    process.on('SIGINT', outlive);
    for (const signal of passedOn) process.on(signal, pass);
    const finish = (end: ChildEnd): void => {
      process.off('SIGINT', outlive);
      for (const signal of passedOn) process.off(signal, pass);
      resolve(end);
    };
    try {
      child = spawn(command, args, { stdio: 'inherit', env });
    } catch (error) {
      // Node tells some of what the system refuses by an event and throws the rest.
      return finish(toFailure(error as NodeJS.ErrnoException));
    }
    const { pid } = child;
    child.once('spawn', () => onSpawn?.());
    child.once('error', (error: NodeJS.ErrnoException) => {
      // An error after the start (a signal that could not be sent) is not an end.
      if (pid === undefined) finish(toFailure(error));
    });
    child.once('exit', (code, signal) => finish({ kind: 'ended', code: toExitCode(code, signal) }));
  });
}

function toFailure(error: NodeJS.ErrnoException): ChildEnd {
  if (error.code === 'ENOENT') return { kind: 'not_found' };
  return { kind: 'not_runnable', reason: reasons[error.code ?? ''] ?? error.message };
}

const reasons: Record<string, string> = {
  EACCES: 'it may not be run by you',
  ENOEXEC: 'it is no program for this machine',
  ETXTBSY: 'it is just being written; try again',
  E2BIG: 'its arguments and environment are too long',
};

/** The shell's convention for a program that a signal ended. */
function toExitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (signal === null) return code ?? 1;
  return 128 + constants.signals[signal];
}
