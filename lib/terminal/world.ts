/** What a command sees of the machine it runs on; tests give it another. */
import type { Readable, Writable } from 'node:stream';
import { openOutput, type Output } from './output.ts';

export interface World {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
}

/** The options every command has. */
export interface GlobalOptions {
  color?: boolean;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** Opens the streams as the options ask. */
export function outputOf(world: World, options: GlobalOptions): Promise<Output> {
  return openOutput({
    stdout: world.stdout,
    stderr: world.stderr,
    env: world.env,
    noColor: options.color === false,
    json: options.json === true,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
  });
}

/** What stands around a command: where it runs, the options that every command has, and its last word. */
export interface CommandContext {
  world: World;
  /** The global options, wherever they stood; `own` are the command's, of which some have the same names. */
  globals: (own?: GlobalOptions) => GlobalOptions;
  /** Ends the program with this exit code. */
  end: (code: number) => void;
}
