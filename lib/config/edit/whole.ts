/** Writes a whole new configuration. A file that it replaces is kept under a number of its own. */
import { exitCodes, OccError } from '../../errors.ts';
import { renderProblem } from '../config-error.ts';
import type { Environment } from '../file/interpolate.ts';
import { valueCautions } from '../file/cautions.ts';
import { refreshSchema } from '../file/published-schema.ts';
import { parseConfig } from '../file/read.ts';
import type { Problem } from '../settings.ts';
import { checkConfig } from './check.ts';
import { replaceConfig, withConfigLocked, type Place, type Replaced } from './replace.ts';

export interface WholeFile {
  file: string;
  text: string;
  env: Environment;
  home: string;
  /** The next step if the text is not valid and no mistake has one of its own. */
  remedy: string;
}

/** The warnings about a text that is valid. Rejects with an OccError `config_refused` (exit code 78) if it is not. */
export async function checkWhole({ file, text, env, home, remedy }: WholeFile): Promise<readonly Problem[]> {
  const { mistakes, warnings, effective } = await checkConfig({ configFile: file, env, home, text });
  if (mistakes.length === 0) return [...warnings, ...(effective ? valueCautions(effective) : [])];
  // Without line numbers, which would refer to a text that the user has not seen.
  const lines = mistakes.map(({ path, message }) => renderProblem({ path, message }));
  throw new OccError(
    'config_refused',
    `nothing was written: ${file} would not be valid:\n${lines.join('\n')}`,
    { exitCode: exitCodes.config, remedy: mistakes[0]?.remedy ?? remedy },
  );
}

/** Writes nothing if the file differs from `before`, which is undefined if there was none. */
export async function writeWhole(place: Place, before: Buffer | undefined, text: string): Promise<Replaced> {
  // The next change must not replace the only copy of a file that the user has given up here.
  const replacement = { file: place.file, before, after: text, keepBackups: true };
  const replaced = await withConfigLocked(place, () => replaceConfig(replacement));
  if (replaced.kind === 'written') refreshSchema(place.file, parseConfig(text, place.file));
  return replaced;
}
