/** Reads the user's `--settings`: JSON, or the path of a JSON file. */
import { resolve } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { exitCodes, OccError } from '../errors.ts';
import { isGivenPipe, readGivenPipe } from '../given-pipe.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import { isSystemError, reasonOf } from '../system-error.ts';
import { takeSettingsFlag } from './claude-settings.ts';

/** The content of the user's `--settings`. */
export interface UserSettings {
  settings: JsonObject;
  /** True for JSON in the arguments, which every user of the machine can read; false for a file. */
  inline: boolean;
}

/** Far more than settings have. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Undefined without the flag. OccError `settings_unreadable` (exit 2) if its value is not a JSON object, or the path of
 * something other than a file or a pipe of the shell, as in `--settings <(command)`.
 */
export async function readUserSettings(
  args: readonly string[],
  cwd: string,
): Promise<UserSettings | undefined> {
  const { value } = takeSettingsFlag(args);
  if (value === undefined) return undefined;
  const inline = value.trimStart().startsWith('{');
  const settings = parseJson(inline ? value : await readText(resolve(cwd, value), value));
  if (isObject(settings)) return { settings, inline };
  throw unreadable(inline ? 'the JSON is not an object' : `${value} is not a JSON object`);
}

async function readText(file: string, given: string): Promise<string> {
  try {
    const bytes = isGivenPipe(file) ? await readGivenPipe(file, maxBytes) : readBounded(file, maxBytes);
    return bytes.toString('utf8');
  } catch (cause) {
    const reason = isSystemError(cause) ? `: ${reasonOf(cause.code)}` : '';
    throw unreadable(`${given} cannot be read${reason}`, cause);
  }
}

function unreadable(what: string, cause?: unknown): OccError {
  return new OccError('settings_unreadable', `--settings: ${what}`, {
    exitCode: exitCodes.usage,
    remedy: 'expected the path of a JSON file, or a JSON object, as Claude Code takes it',
    cause,
  });
}
