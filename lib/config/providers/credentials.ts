/**
 * Keys and tokens. They are wrapped as soon as they are read and print as ••• from then on; what is wrong with one is
 * told by where it came from, never by what it is.
 */
import { spawn } from 'node:child_process';
import { inspect } from 'node:util';
import { exitCodes, OccError } from '../../errors.ts';
import type { Environment } from '../file/interpolate.ts';
import type { Secret } from '../settings.ts';

export const masked = '•••';

/** The value lives in a closure, so that no way of printing an object reaches it. */
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
 * A key that can travel in a header. `from` says where it was read: "api_key in /home/me/.config/occ/config.json".
 * OccError `key_invalid` (exit 78) otherwise.
 */
export function toKey(value: string, from: string): Secret {
  const reason = keyFault(value);
  if (reason !== undefined) {
    throw new OccError('key_invalid', `the key from ${from} ${reason}`, {
      exitCode: exitCodes.config,
      remedy: 'copy the key once more, as one line and without quotes',
    });
  }
  return toSecret(value);
}

/** Why the value can be no key, in words that do not hold it; undefined when it can. */
export function keyFault(value: string): string | undefined {
  if (value.trim() === '') return 'is empty';
  const fault = headerFault(value);
  if (fault !== undefined) return fault;
  if (value !== value.trim()) return 'begins or ends with a space; expected the key alone';
  if (/^(["'`]).*\1$/.test(value)) return 'stands in quotes; expected the key alone';
  if (value.includes(' ')) return 'contains a space; expected one word';
  if (value.includes('${'))
    return 'still contains "${"; expected ${NAME} with letters, digits and underscores';
  return undefined;
}

/** Why a header could not carry the value, in words that do not hold it; undefined when it could. */
export function headerFault(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'contains a line break; expected one line';
  // oxlint-disable-next-line no-control-regex -- looking for exactly those
  if (/[\u0000-\u001f\u007f]/.test(value)) return 'contains a control character; expected printable ones';
  if (/[\u0100-\uffff]/.test(value))
    return 'contains a character that no header can carry; expected latin ones';
  return undefined;
}

export interface KeyCommandOptions {
  env: Environment;
  /** Milliseconds; 10 000 unless given. */
  limitMs?: number;
  /** Ends the command before its time, for whoever does not wait for the key any more. */
  signal?: AbortSignal | undefined;
}

/** More than this is no key. */
const maxOutputBytes = 64 * 1024;

/**
 * What a command prints, without its last line break. A list is run as a program and its arguments, without a shell; a
 * string is given to the shell (`sh -c`, or `cmd` on Windows), with all that this means for quotes and `$`. It gets no
 * input and no terminal, its stderr is thrown away, and after the limit it and everything it started are killed.
 * Rejects with OccError `key_command_failed` (exit 78), which never holds what the command printed.
 */
export async function runKeyCommand(
  command: string | readonly string[],
  options: KeyCommandOptions,
): Promise<string> {
  const { env, limitMs = 10_000, signal } = options;
  const [program = '', ...args] = typeof command === 'string' ? [command] : command;
  if (program.trim() === '') throw commandFailed('is empty');
  const group = process.platform !== 'win32';
  const child = spawn(program, args, {
    shell: typeof command === 'string',
    // Its own process group, so that a shell's children end with it.
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
    const stop = (reason: string): void => {
      fault ??= reason;
      kill();
      child.stdout.destroy();
    };
    const leave = (): void => stop('was not waited for');
    signal?.addEventListener('abort', leave, { once: true });
    const timer = setTimeout(() => stop(`did not answer within ${limitMs / 1000} s`), limitMs);
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
      signal?.removeEventListener('abort', leave);
      // Whatever it left running in the background.
      kill();
      if (code !== 0)
        fault ??= code === null ? `was ended by ${ended ?? 'a signal'}` : `ended with code ${code}`;
      if (fault !== undefined) reject(commandFailed(fault));
      else
        resolve(
          Buffer.concat(pieces)
            .toString('utf8')
            .replace(/\r?\n$/, ''),
        );
    });
  });
}

function commandFailed(reason: string): OccError {
  return new OccError('key_command_failed', `api_key_command ${reason}`, {
    exitCode: exitCodes.config,
    remedy: 'run the command by hand; it has to print the key and nothing else',
  });
}
