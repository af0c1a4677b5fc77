/** One change to the file: read, changed, judged, and written only when it is right and nobody else was faster. */
import { existsSync } from 'node:fs';
import { exitCodes, OccError } from '../errors.ts';
import { renderProblem } from './config-error.ts';
import type { Effective } from './effective.ts';
import { emptyConfig } from './first.ts';
import type { Environment } from './interpolate.ts';
import { judge } from './judge.ts';
import { refreshSchema } from './published-schema.ts';
import { parseConfig, readConfigBytes } from './read.ts';
import { replaceConfig } from './replace.ts';
import type { Problem } from './schema.ts';

export interface ChangeOptions {
  file: string;
  configDir: string;
  env: Environment;
  home: string;
  /** The new text, without a byte order mark; undefined when there is nothing to change. */
  change: (text: string) => string | undefined;
}

export type Change =
  | { kind: 'same' }
  | {
      kind: 'written';
      created: boolean;
      backup?: string;
      warnings: readonly Problem[];
      effective: Effective | undefined;
    };

/** Each time somebody else was faster it is done anew, from what they have written. */
const maxTries = 100;

/** OccError `config_refused` (exit 78) when the file would not be right, and those of reading and writing. */
export async function changeConfig({ change, ...options }: ChangeOptions): Promise<Change> {
  const { file, configDir, env, home } = options;
  for (let tries = 0; tries < maxTries; tries++) {
    const before = existsSync(file) ? readConfigBytes(file) : undefined;
    const { mark, text } = before === undefined ? { mark: '', text: emptyConfig() } : decode(before, file);
    const changed = change(text);
    if (changed === undefined || (before !== undefined && changed === text)) return { kind: 'same' };
    const { mistakes, elsewhere, warnings, effective } = await judge({
      configFile: file,
      env,
      home,
      text: changed,
    });
    if (mistakes.length > 0) throw refused(file, mistakes);
    const replaced = await replaceConfig({ file, before, after: mark + changed, configDir });
    if (replaced.kind === 'overtaken') continue;
    refreshSchema(file, parseConfig(changed, file));
    const { backup } = replaced;
    return {
      kind: 'written',
      created: before === undefined,
      ...(backup !== undefined && { backup }),
      warnings: [...elsewhere, ...warnings],
      effective,
    };
  }
  throw new OccError('config_busy', `${file} changes faster than it can be written`, { remedy: 'try again' });
}

const byteOrderMark = '\uFEFF';

function decode(bytes: Buffer, file: string): { mark: string; text: string } {
  const whole = bytes.toString('utf8');
  if (!Buffer.from(whole, 'utf8').equals(bytes)) {
    throw new OccError('config_invalid', `${file} is not in UTF-8`, {
      exitCode: exitCodes.config,
      remedy: 'save it as UTF-8; occ config edit opens it',
    });
  }
  const mark = whole.startsWith(byteOrderMark) ? byteOrderMark : '';
  const text = whole.slice(mark.length);
  // Nothing can be changed in its place where the places are not known.
  if (text.trim() !== '') parseConfig(text, file);
  return { mark, text };
}

function refused(file: string, mistakes: readonly Problem[]): OccError {
  const remedies = new Set(mistakes.flatMap(({ remedy }) => remedy ?? []));
  return new OccError(
    'config_refused',
    `nothing was changed: ${file} would not be valid:\n${mistakes.map((mistake) => renderProblem(mistake)).join('\n')}`,
    { exitCode: exitCodes.config, ...(remedies.size > 0 && { remedy: [...remedies].join('\n') }) },
  );
}
