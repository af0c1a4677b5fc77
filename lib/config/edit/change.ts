/** Changes the file: reads it, checks the new text, and writes it unless the file has changed in the meantime. */
import { quote } from '../../shell-word.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { renderProblem } from '../config-error.ts';
import type { Effective } from '../file/effective.ts';
import { emptyConfig } from './first.ts';
import type { Environment } from '../file/interpolate.ts';
import { checkConfig } from './check.ts';
import { refreshSchema } from '../file/published-schema.ts';
import type { Decoded } from '../file/encoding.ts';
import { decodeOrRefuse, parseConfig, readConfigBytes } from '../file/read.ts';
import { replaceConfig, withConfigLocked } from './replace.ts';
import { isPresent } from '../paths.ts';
import type { Problem } from '../settings.ts';

export interface ChangeOptions {
  file: string;
  configDir: string;
  env: Environment;
  home: string;
  /** Returns the new text, without a byte order mark; undefined if there is nothing to change. */
  change: (text: string) => string | undefined;
  /** What to do if the file would be invalid; undefined leaves it to the remedies of the mistakes. */
  remedyFor?: (mistakes: readonly Problem[]) => string | undefined;
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

/** Rejects with an OccError `config_refused` (exit code 78) if the file would be invalid, or with one of reading or writing. */
export async function changeConfig(options: ChangeOptions): Promise<Change> {
  // An unchanged file need not be writable.
  if (read(options).changed === undefined) return { kind: 'same' };
  return await withConfigLocked(options, () => changeLocked(options));
}

async function changeLocked(options: ChangeOptions): Promise<Change> {
  const { file, env, home } = options;
  const { before, text, changed, encode } = read(options);
  if (changed === undefined) return { kind: 'same' };
  const checked = await checkConfig({ configFile: file, env, home, text: changed });
  if (checked.mistakes.length > 0) {
    const wasValid = (await checkConfig({ configFile: file, env, home, text })).mistakes.length === 0;
    const remedy = options.remedyFor?.(checked.mistakes) ?? remedyOf(file, checked.mistakes, wasValid);
    throw refused(file, checked.mistakes, remedy);
  }
  const replaced = replaceConfig({ file, before, after: encode(changed) });
  if (replaced.kind === 'overtaken') throw overtaken(file);
  refreshSchema(file, parseConfig(changed, file));
  const { backup } = replaced;
  return {
    kind: 'written',
    created: before === undefined,
    ...(backup !== undefined && { backup }),
    warnings: [...checked.environmentMistakes, ...checked.warnings],
    effective: checked.effective,
  };
}

/** `changed` is undefined if the file would stay the same. */
function read({ file, change }: ChangeOptions): {
  before: Buffer | undefined;
  text: string;
  changed: string | undefined;
  encode: Decoded['encode'];
} {
  const before = isPresent(file) ? readConfigBytes(file) : undefined;
  const { text, encode } =
    before === undefined
      ? { text: emptyConfig(), encode: (text: string) => Buffer.from(text) }
      : decode(before, file);
  const changed = change(text);
  return { before, text, changed: before !== undefined && changed === text ? undefined : changed, encode };
}

/** A program that does not use the lock, such as an editor, has changed the file. */
function overtaken(file: string): OccError {
  return new OccError('config_overtaken', `${file} was changed by another program; occ has not changed it`, {
    remedy: 'run the command again',
  });
}

function decode(bytes: Buffer, file: string): Decoded {
  const decoded = decodeOrRefuse(bytes, file, true);
  // Positions are known only in valid JSON.
  if (decoded.text.trim() !== '') parseConfig(decoded.text, file);
  return decoded;
}

/** Those of the mistakes; else the command that describes the key, or that lists what was wrong with the file before. */
function remedyOf(file: string, mistakes: readonly Problem[], wasValid: boolean): string {
  const remedies = new Set(mistakes.flatMap(({ remedy }) => remedy ?? []));
  if (remedies.size > 0) return [...remedies].join('\n');
  const [first] = mistakes;
  if (wasValid && first !== undefined) return `occ help config ${quote(first.path)} describes the key`;
  return `occ config check --config ${quote(file)} lists what is wrong with the file as it is`;
}

/** Without line numbers, which refer to a text that the user has not seen. */
function refused(file: string, mistakes: readonly Problem[], remedy: string): OccError {
  return new OccError(
    'config_refused',
    `nothing was changed: ${file} would not be valid:\n${mistakes.map(({ path, message }) => renderProblem({ path, message })).join('\n')}`,
    { exitCode: exitCodes.config, remedy },
  );
}
