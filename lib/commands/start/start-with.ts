/** Runs a start whose options have been read. */
import { outputFor, type GlobalOptions, type System } from '../../terminal/command-context.ts';
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
  const { startInBackground } = await import('./background.ts');
  return startInBackground(options, system, output);
}
