/** One change to the file: read, changed, judged, and written only when it is right and nobody else was faster. */
import { existsSync } from 'node:fs';
import { exitCodes, OccError } from '../../errors.ts';
import { renderProblem } from '../config-error.ts';
import type { Effective } from '../file/effective.ts';
import { emptyConfig } from './first.ts';
import type { Environment } from '../file/interpolate.ts';
import { judge } from './judge.ts';
import { refreshSchema } from '../file/published-schema.ts';
import { parseConfig, readConfigBytes } from '../file/read.ts';
import { replaceConfig, withConfigLocked } from './replace.ts';
import type { Problem } from '../settings.ts';

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

/** OccError `config_refused` (exit 78) when the file would not be right, and those of reading and writing. */
export async function changeConfig(options: ChangeOptions): Promise<Change> {
  // Where nothing is to be written, nothing needs to be writable.
  if (read(options).changed === undefined) return { kind: 'same' };
  return await withConfigLocked(options, () => changeLocked(options));
}

async function changeLocked(options: ChangeOptions): Promise<Change> {
  const { file, env, home } = options;
  const { before, mark, changed } = read(options);
  if (changed === undefined) return { kind: 'same' };
  const verdict = await judge({ configFile: file, env, home, text: changed });
  if (verdict.mistakes.length > 0) throw refused(file, verdict.mistakes);
  const replaced = replaceConfig({ file, before, after: mark + changed });
  if (replaced.kind === 'overtaken') throw overtaken(file);
  refreshSchema(file, parseConfig(changed, file));
  const { backup } = replaced;
  return {
    kind: 'written',
    created: before === undefined,
    ...(backup !== undefined && { backup }),
    warnings: [...verdict.elsewhere, ...verdict.warnings],
    effective: verdict.effective,
  };
}

/** `changed` is undefined when the file would be what it is. */
function read({ file, change }: ChangeOptions): {
  before: Buffer | undefined;
  mark: string;
  changed: string | undefined;
} {
  const before = existsSync(file) ? readConfigBytes(file) : undefined;
  const { mark, text } = before === undefined ? { mark: '', text: emptyConfig() } : decode(before, file);
  const changed = change(text);
  return { before, mark, changed: before !== undefined && changed === text ? undefined : changed };
}

/** By something that does not ask for the lock: an editor, another tool. */
function overtaken(file: string): OccError {
  return new OccError('config_overtaken', `${file} was changed by somebody else; it was left as it is`, {
    remedy: 'try again',
  });
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

/** Without lines: they would be those of a text that nobody sees. */
function refused(file: string, mistakes: readonly Problem[]): OccError {
  const remedies = new Set(mistakes.flatMap(({ remedy }) => remedy ?? []));
  return new OccError(
    'config_refused',
    `nothing was changed: ${file} would not be valid:\n${mistakes.map(({ path, message }) => renderProblem({ path, message })).join('\n')}`,
    { exitCode: exitCodes.config, ...(remedies.size > 0 && { remedy: [...remedies].join('\n') }) },
  );
}
