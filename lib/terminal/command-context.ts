/** What a command gets from the program: the system it runs on, its global options, and its output. */
import type { Readable, Writable } from 'node:stream';
import { openOutput, type Output } from './output.ts';

/** The part of the process and its machine that commands use; tests pass their own. */
export interface System {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
}

/** The options that every command accepts. */
export interface GlobalOptions {
  color?: boolean;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** Opens the output of a command as its options require. */
export function outputFor(system: System, options: GlobalOptions): Promise<Output> {
  return openOutput({
    stdout: system.stdout,
    stderr: system.stderr,
    env: system.env,
    noColor: options.color === false,
    json: options.json === true,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
  });
}

export interface CommandContext {
  system: System;
  /**
   * The global options, given before the command or after it. `own` are the command's own options, some of which have
   * the same names.
   */
  globals: (own?: GlobalOptions) => GlobalOptions;
  /** Sets the exit code of the program. */
  end: (code: number) => void;
}
