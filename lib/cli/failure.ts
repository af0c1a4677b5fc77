/** The one place that prints errors: what happened, then the next step or why there is none. */
import { OccError } from '../errors.ts';
import { printable } from '../printable.ts';
import { describeSystemError, isSystemError, type SystemError } from '../system-error.ts';
import type { System } from '../terminal/command-context.ts';
import { ignoreClosedPipe } from '../terminal/output.ts';
import { version } from '../version.ts';

/** Prints any thrown value on stderr; returns the exit code. The stack of a bug is printed only if `verbose`. */
export function reportFailure(thrown: unknown, { stderr }: Pick<System, 'stderr'>, verbose: boolean): number {
  const error = toOccError(thrown);
  ignoreClosedPipe(stderr);
  // Lines are not wrapped: a command that is broken in two cannot be copied.
  const lines = [`occ: ${error.message}`, ...error.remedy.split('\n').map((line) => `  ${line}`)];
  if (verbose && error.code === 'unexpected' && thrown instanceof Error) lines.push(thrown.stack ?? '');
  stderr.write(`${printable(lines.join('\n'))}\n`);
  return error.exitCode;
}

/** The error as an OccError: itself, a system error with its path, or `unexpected` for a bug. */
export function toOccError(thrown: unknown): OccError {
  if (thrown instanceof OccError) return thrown;
  if (isSystemError(thrown)) return systemFailure(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new OccError('unexpected', `unexpected error: ${message.split('\n', 1)[0] ?? ''} (occ ${version})`, {
    remedy: 'this is a bug in occ; run the command again with --verbose to see where, and report it',
    cause: thrown,
  });
}

function systemFailure(error: SystemError): OccError {
  return new OccError('system', describeSystemError(error), {
    remedy: remedies.get(error.code) ?? 'occ doctor --offline checks this machine',
    cause: error,
  });
}

const writable =
  'make it writable for your user, or point XDG_STATE_HOME and XDG_CONFIG_HOME to directories that are';
const room = 'free some disk space, then run the command again';

const remedies: ReadonlyMap<string, string> = new Map([
  ['EACCES', writable],
  ['EPERM', writable],
  ['EROFS', writable],
  ['ENOSPC', room],
  ['EDQUOT', room],
  ['ENOENT', 'check the path'],
  ['ENOTDIR', 'move the file that is in the way'],
  ['EEXIST', 'move the file that is in the way'],
  ['EMFILE', 'raise the limit of open files: ulimit -n 4096'],
  ['ENFILE', 'close some programs, then run the command again'],
]);
