/** Runs a start whose options have been read. */
import { outputFor, type GlobalOptions, type System } from '../../terminal/command-context.ts';
import { findConfigFile } from '../../config/paths.ts';
import { pipeError } from '../../config/pipe-error.ts';
import type { OccError } from '../../errors.ts';
import { namesDescriptor } from '../../given-pipe.ts';
import { readPlainOptions } from './plain-options.ts';
import type { StartOptions } from './options.ts';

/** Like `startWith`, from the words after `start`; undefined if they are not in the plain form. */
export async function startPlain(words: readonly string[], system: System): Promise<number | undefined> {
  const options = readPlainOptions(words);
  return options === undefined ? undefined : startWith(options, system, options);
}

/** Resolves to the exit code: after the proxy has stopped, or when one in the background answers. */
export async function startWith(
  options: StartOptions,
  system: System,
  globals: GlobalOptions,
): Promise<number> {
  const output = await outputFor(system, globals);
  if (options.foreground === true || options.background === true) {
    const { serve } = await import('./run.ts');
    return serve(options, system, output);
  }
  const { env, home } = system;
  const { file = '', by } = findConfigFile({ env, home, configFile: options.config }) ?? {};
  if (by !== undefined && namesDescriptor(file)) throw unreadableLater(file);
  const { startInBackground } = await import('./background.ts');
  return startInBackground(options, system, output);
}

function unreadableLater(file: string): OccError {
  return pipeError(
    `${file} is a pipe of the shell, which another process cannot read, and a proxy in the background is one`,
    'run it in this terminal: occ start --foreground --config <(…), or write the configuration to a file',
  );
}
