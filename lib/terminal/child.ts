/**
 * Runs a program that inherits the terminal. The terminal sends Ctrl-C to the whole foreground process group, so the
 * parent ignores SIGINT; SIGTERM and SIGHUP reach only the parent, which forwards them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

export interface ChildOptions {
  command: string;
  args: readonly string[];
  /** The whole environment of the child. */
  env: Readonly<Record<string, string>>;
  /** Called when the child runs, for work that would delay its start. */
  onSpawn?: () => void;
}

export type ChildEnd =
  /** Its exit status, or 128 plus the number of the signal that ended it. */
  { kind: 'ended'; code: number } | { kind: 'not_found' } | { kind: 'not_runnable'; reason: string };

const forwarded = ['SIGTERM', 'SIGHUP'] as const;

/** Resolves when the child has ended, with all signal handlers removed. Never rejects. */
export function runChild({ command, args, env, onSpawn }: ChildOptions): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let child: ChildProcess | undefined;
    const ignore = (): void => {};
    const forward = (signal: NodeJS.Signals): void => void child?.kill(signal);
    // Before the child exists, so that no signal ends only the parent.
    process.on('SIGINT', ignore);
    for (const signal of forwarded) process.on(signal, forward);
    const finish = (end: ChildEnd): void => {
      process.off('SIGINT', ignore);
      for (const signal of forwarded) process.off(signal, forward);
      resolve(end);
    };
    try {
      child = spawn(command, args, { stdio: 'inherit', env });
    } catch (error) {
      // Node emits an event for some spawn errors and throws the others.
      return finish(toFailure(error as NodeJS.ErrnoException));
    }
    const { pid } = child;
    child.once('spawn', () => onSpawn?.());
    child.once('error', (error: NodeJS.ErrnoException) => {
      // An error after the start, such as a signal that could not be sent, does not end the child.
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
  EACCES: 'permission denied',
  ENOEXEC: 'it is not a program for this machine',
  ETXTBSY: 'it is being written; try again',
  E2BIG: 'its arguments and environment are too long',
};

/** Follows the convention of shells for a program that a signal ended. */
function toExitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (signal === null) return code ?? 1;
  return 128 + constants.signals[signal];
}
