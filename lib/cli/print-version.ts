/** Answers `occ --version`, which installers and shell prompts run often, before anything else is loaded. */
import { writeSync } from 'node:fs';
import { version } from '../version.ts';

const stdout = 1;

/**
 * Whether `args` are `--version` and the version was printed. It is written without `process.stdout`, which takes a tenth of
 * the time of an empty program to open. False if that fails; then the command line reports why.
 */
export function printVersion(args: readonly string[]): boolean {
  const [word, ...more] = args;
  if ((word !== '--version' && word !== '-V') || more.length > 0) return false;
  const line = `${version}\n`;
  try {
    return writeSync(stdout, line) === line.length;
  } catch {
    return false;
  }
}
