/** Finds and reads the configuration of another tool. It is opened for reading only. */
import { isAbsolute, resolve } from 'node:path';
import { readBounded } from '../../bounded-file.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { isGivenPipe, readGivenPipe } from '../../given-pipe.ts';
import type { Json } from '../../json.ts';
import { nearest } from '../../nearest.ts';
import { printableLine } from '../../printable.ts';
import { reasonOf } from '../../system-error.ts';
import type { Environment } from '../file/interpolate.ts';
import { decodeConfig } from '../file/encoding.ts';
import { isPresent } from '../paths.ts';
import { limits, parseJsonFile, parseYamlFile, Unparsable } from './parse.ts';
import type { ImportSource } from './source.ts';
import { importSources } from './sources.ts';

export interface FoundSource {
  source: ImportSource;
  /** Absolute. */
  file: string;
}

export interface Where {
  home: string;
  env: Environment;
  cwd: string;
}

/** Every file of a tool that exists at a place where it usually is. */
export function findSources(where: Where): FoundSource[] {
  return importSources.flatMap((source) => present(source, where));
}

function present(source: ImportSource, where: Where): FoundSource[] {
  return source
    .places(where)
    .filter((file) => isPresent(file))
    .map((file) => ({ source, file }));
}

/**
 * What `from` names: a tool, or the path of a file. OccError `import_not_found` (exit code 1) for a tool without a file,
 * `usage` (2) for what is neither.
 */
export function namedSources(from: string, where: Where): FoundSource[] | { file: string } {
  const source = sourceNamed(from);
  if (source === undefined) {
    const file = resolve(where.cwd, from);
    if (!isPathLike(from) && !isPresent(file)) throw unknownName(from);
    return { file };
  }
  const found = present(source, where);
  if (found.length === 0) throw notFound([source], where);
  return found;
}

function sourceNamed(name: string): ImportSource | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  if (isPathLike(name)) return undefined;
  return importSources.find(
    (source) =>
      plain(source.name) === plain(name) || (plain(name) === 'ccr' && source.name === 'claude-code-router'),
  );
}

function isPathLike(word: string): boolean {
  return /[/\\]/.test(word) || /\.(?:json[c5]?|ya?ml)$/i.test(word) || isAbsolute(word);
}

/** The parsed file; without `source`, that of the tool which the content looks like. */
export async function readSource(
  file: string,
  source?: ImportSource,
): Promise<{ source: ImportSource; value: Json }> {
  const text = await readText(file);
  if (source !== undefined) return { source, value: await parseWith(file, text, source) };
  const parsers = parsersFor(file);
  let fault: unknown;
  for (const parse of parsers) {
    try {
      const value = await parse(text);
      // routatic-proxy reads every file of oc-go-cc, and is known by what only it has.
      const fitting = importSources.toReversed().find((one) => one.fits(value));
      if (fitting !== undefined) return { source: fitting, value };
    } catch (error) {
      if (!(error instanceof Unparsable)) throw error;
      fault ??= error;
    }
  }
  if (fault instanceof Unparsable) throw invalid(file, fault.message);
  throw new OccError('import_unknown', `${shown(file)} does not look like a configuration of ${titles()}`, {
    remedy: 'occ config import lists the files that it finds',
  });
}

/** YAML includes JSON, but its errors do not help with a file that is meant to be JSON. */
function parsersFor(file: string): ImportSource['parse'][] {
  if (/\.json[c5]?$/i.test(file)) return [parseJsonFile];
  return /\.ya?ml$/i.test(file) ? [parseYamlFile] : [parseJsonFile, parseYamlFile];
}

async function parseWith(file: string, text: string, { parse }: ImportSource): Promise<Json> {
  try {
    return await parse(text);
  } catch (error) {
    if (error instanceof Unparsable) throw invalid(file, error.message);
    throw error;
  }
}

async function readText(file: string): Promise<string> {
  try {
    // A pipe of the shell: <(sops -d config.yaml).
    const bytes = isGivenPipe(file)
      ? await readGivenPipe(file, limits.bytes)
      : readBounded(file, limits.bytes);
    const decoded = decodeConfig(bytes);
    if (decoded !== undefined) return decoded.text;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const reason = code === 'EFBIG' ? `it is larger than ${limits.bytes} bytes` : reasonOf(code);
    throw new OccError('import_unreadable', `cannot read ${shown(file)}: ${reason}`, {
      exitCode: exitCodes.config,
      remedy: 'check the path and its permissions; occ config import lists the files that it finds',
      cause,
    });
  }
  throw invalid(file, 'it is not in UTF-8');
}

function invalid(file: string, reason: string): OccError {
  return new OccError('import_invalid', `cannot read ${shown(file)}: ${reason}`, {
    exitCode: exitCodes.config,
    remedy: 'correct it in the tool that it belongs to; occ never changes it',
  });
}

/** Says where files were looked for. `sources` are the tools. */
export function notFound(sources: readonly ImportSource[], where: Where): OccError {
  const [only] = sources;
  const databases = sources.flatMap((source) => source.unreadable?.(where) ?? []);
  const database = databases.find(({ file }) => isPresent(file));
  if (database !== undefined)
    return new OccError('import_not_found', `${shown(database.file)}: ${database.reason}`, {
      remedy: database.remedy,
    });
  const places = sources.flatMap((source) => source.places(where));
  const title = sources.length === 1 && only !== undefined ? only.title : 'another tool';
  return new OccError(
    'import_not_found',
    `there is no configuration of ${title}; looked for ${places.join(', ')}`,
    {
      remedy: 'if it is elsewhere: occ config import <file>',
    },
  );
}

/** Several files without anybody who could choose one. */
export function ambiguous(found: readonly FoundSource[]): OccError {
  const commands = found.map(({ file }) => `occ config import ${file}`);
  return new OccError('import_ambiguous', `found ${found.length} configurations of other tools`, {
    exitCode: exitCodes.usage,
    remedy: `choose one of them:\n${commands.join('\n')}`,
  });
}

function unknownName(name: string): OccError {
  const names = importSources.map((source) => source.name);
  const near = nearest(name, names);
  return new OccError(
    'usage',
    `"${name}" is neither a file nor a tool; expected a path, or one of ${names.join(', ')}`,
    {
      exitCode: exitCodes.usage,
      remedy:
        near === undefined
          ? 'occ config import lists the files that it finds'
          : `did you mean occ config import ${near}?`,
    },
  );
}

function titles(): string {
  return importSources.map(({ title }) => title).join(', ');
}

function shown(file: string): string {
  return printableLine(file);
}
