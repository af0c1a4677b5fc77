/** Reads the files of settings of Gemini CLI: those of the user, of the project and of the administrator. Writes none. */
import { join } from 'node:path';
import { parse, type ParseError } from 'jsonc-parser';
import { readBounded } from '../bounded-file.ts';
import { isObject, toObject, toText, type Json, type JsonObject } from '../json.ts';
import { platformOf } from '../platform.ts';
import { printableLine } from '../printable.ts';
import { withTilde } from '../tilde.ts';
import type { Launch } from './client.ts';

interface Read {
  settings: JsonObject;
  /** A sentence if it could not be read. */
  notes: string[];
}

/** Far more than settings have. */
const maxBytes = 4 * 1024 * 1024;

/** The client's settings may have comments. Empty without a file. */
export function readSettings(file: string): Read {
  try {
    const errors: ParseError[] = [];
    const value = parse(readBounded(file, maxBytes).toString('utf8'), errors) as Json | undefined;
    if (errors.length === 0 && isObject(value)) return { settings: value, notes: [] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { settings: {}, notes: [] };
  }
  return {
    settings: {},
    notes: [`${printableLine(file)} is not a readable JSON object; this launch does without it.`],
  };
}

/** A sentence for each file that wins over the settings of the launch, and says that the client authenticates otherwise. */
export function conflictsWith(authType: string, { env, home, cwd, platform }: Launch): string[] {
  const administered = env['GEMINI_CLI_SYSTEM_SETTINGS_PATH'] || platformOf(platform).geminiSettings;
  // In the home directory, project settings and user settings are the same file.
  const files = cwd === home ? [administered] : [administered, join(cwd, '.gemini', 'settings.json')];
  return files.flatMap((file) => {
    const auth = toObject(toObject(readSettings(file).settings['security'])['auth']);
    const others = ['selectedType', 'enforcedType'].filter(
      (name) => toText(auth[name]) !== '' && auth[name] !== authType,
    );
    if (others.length === 0) return [];
    return [
      `${printableLine(withTilde(file, home))} sets security.auth.${others.join(' and ')}, which wins over this launch, so requests may not go through occ.`,
    ];
  });
}
