/**
 * Keys and tokens. They are wrapped as soon as they are read and print as •••. Errors name the origin of a key, never
 * its value.
 */
import { spawn } from 'node:child_process';
import { inspect } from 'node:util';
import { exitCodes, OccError } from '../../errors.ts';
import type { Environment } from '../file/interpolate.ts';
import type { Secret } from '../settings.ts';
import { platformOf } from '../../platform.ts';

export const masked = '•••';

/** The value is kept in a closure, so that printing the object cannot reach it. */
export function toSecret(value: string): Secret {
  const text = (): string => masked;
  return Object.freeze({
    reveal: () => value,
    toString: text,
    toJSON: text,
    [Symbol.toPrimitive]: text,
    [inspect.custom]: text,
  });
}

/**
 * Throws an OccError `key_invalid` (exit code 78) if a header cannot carry the key. `from` is its origin: "api_key in
 * /home/me/.config/occ/config.json".
 */
export function toKey(value: string, from: string): Secret {
  const reason = keyFault(value);
  if (reason !== undefined) {
    throw new OccError('key_invalid', `the key from ${from} ${reason}`, {
      exitCode: exitCodes.config,
      remedy: 'copy the key again, as one line and without quotes',
    });
  }
  return toSecret(value);
}

/** Why the value is not a valid key, without quoting it; undefined for a valid key. */
export function keyFault(value: string): string | undefined {
  if (value.trim() === '') return 'is empty';
  if (/[\r\n]/.test(value)) return headerFault(value);
  const blank = blankIn(value);
  if (blank !== undefined) return `${blank}; expected one word`;
  const fault = headerFault(value);
  if (fault !== undefined) return fault;
  if (/^(["'`]).*\1$/.test(value)) return 'is in quotes; expected only the key';
  if (value.includes('${'))
    return 'still contains "${"; expected ${NAME} with letters, digits and underscores';
  return undefined;
}

/**
 * White space, and characters without width or ink: they are copied together with a key from a page or a document, and
 * they are invisible. Unicode calls most of the latter default ignorable; U+2800 and U+0080 to U+009F show nothing either.
 */
const blanks = /[\s\u0080-\u009f\u2800\p{Default_Ignorable_Code_Point}]/u;

/** What users call some of them. */
const blankNames: ReadonlyMap<string, string> = new Map([
  [' ', 'a space'],
  ['\t', 'a tab'],
  ['\u00a0', 'a non-breaking space'],
  ['\u00ad', 'a soft hyphen'],
  ['\u200b', 'a zero-width space'],
  ['\ufeff', 'a byte order mark'],
]);

/** `contains a non-breaking space (U+00A0)`, or `starts` or `ends` with it; undefined without any blank. */
function blankIn(value: string): string | undefined {
  const found = blanks.exec(value);
  if (found === null) return undefined;
  const [blank] = found;
  const code = `U+${(blank.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = blankNames.get(blank);
  const what =
    name === undefined ? `the invisible character ${code}` : /[ \t]/.test(blank) ? name : `${name} (${code})`;
  if (found.index === 0) return `starts with ${what}`;
  return found.index + blank.length === value.length ? `ends with ${what}` : `contains ${what}`;
}

/** Why a header cannot carry the value, without quoting it; undefined if it can. */
export function headerFault(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'contains a line break; expected one line';
  // oxlint-disable-next-line no-control-regex -- the check is for control characters
  if (/[\u0000-\u001f\u007f]/.test(value))
    return 'contains a control character; expected printable characters';
  if (/[\u0100-\uffff]/.test(value))
    return 'contains a character that a header cannot carry; expected Latin-1';
  return undefined;
}

export interface KeyCommandOptions {
  env: Environment;
  /** Stops the command. */
  signal?: AbortSignal | undefined;
}

/** The time within which the command must end, in milliseconds. */
export const keyCommandLimitMs = 10_000;

/** A key is never larger. */
const maxOutputBytes = 64 * 1024;

/**
 * Resolves to the output of the command without its last line break. A list is run as a program and its arguments; a
 * string is run by the shell (`sh -c`, or `cmd` on Windows). The command has no stdin, its stderr is discarded, and after
 * `keyCommandLimitMs` its whole process group is killed. Rejects with an OccError `key_command_failed` (exit code 78) that
 * never contains the output.
 */
export async function runKeyCommand(
  command: string | readonly string[],
  options: KeyCommandOptions,
): Promise<string> {
  const { env, signal } = options;
  const [program = '', ...args] = typeof command === 'string' ? [command] : command;
  if (program.trim() === '') throw commandFailed('is empty');
  const group = platformOf().hasProcessGroups;
  const child = spawn(program, args, {
    shell: typeof command === 'string',
    // A process group of its own, so that the children of a shell can be killed with it.
    detached: group,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      if (group) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // It has already ended.
    }
  };
  return await new Promise<string>((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let fault: string | undefined;
    let late = false;
    const stop = (reason: string, isLate = false): void => {
      if (fault === undefined) late = isLate;
      fault ??= reason;
      kill();
      child.stdout.destroy();
    };
    const onAbort = (): void => stop('was cancelled', true);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(
      () => stop(`did not answer within ${keyCommandLimitMs / 1000} s`, true),
      keyCommandLimitMs,
    );
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > maxOutputBytes) stop(`printed more than ${maxOutputBytes} bytes`);
      else pieces.push(piece);
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(commandFailed(`could not be run (${cause.code ?? 'unknown reason'})`));
    });
    child.on('close', (code, ended) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      // The command may have left processes in the background.
      kill();
      if (code !== 0)
        fault ??= code === null ? `was ended by ${ended ?? 'a signal'}` : `ended with code ${code}`;
      if (fault !== undefined) reject(commandFailed(fault, late));
      else
        resolve(
          Buffer.concat(pieces)
            .toString('utf8')
            .replace(/\r?\n$/, ''),
        );
    });
  });
}

function commandFailed(reason: string, late = false): OccError {
  return new OccError('key_command_failed', `api_key_command ${reason}`, {
    exitCode: exitCodes.config,
    remedy: 'run the command yourself; it must print only the key',
    ...(late && { cause: new CommandTimeout() }),
  });
}

/** The cause of an error of a command that was ended before it had printed a key. */
export class CommandTimeout extends Error {
  override readonly name = 'CommandTimeout';
}
