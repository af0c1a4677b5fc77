/** The error for a configuration that a shell passes as a pipe, where one is needed that can be read again or changed. */
import { namesDescriptor } from '../given-pipe.ts';
import { exitCodes, OccError } from '../errors.ts';

/** What to know of a configuration that came from a pipe; undefined for one from a file. */
export function pipeNote(file: string | undefined): string | undefined {
  if (file === undefined || !namesDescriptor(file)) return undefined;
  return 'the configuration came from a pipe, so later changes of it are not noticed';
}

/** OccError `config_pipe` (exit 2). */
export function pipeError(message: string, remedy: string): OccError {
  return new OccError('config_pipe', message, { exitCode: exitCodes.usage, remedy });
}
