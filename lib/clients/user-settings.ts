/** Reads the user's `--settings`: JSON, or the path of a JSON file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes, OccError } from '../errors.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import { takeSettingsFlag } from './claude-settings.ts';

/** The content of the user's `--settings`. */
export interface UserSettings {
  settings: JsonObject;
  /** True for JSON in the arguments, which every user of the machine can read; false for a file. */
  inline: boolean;
}

/** Undefined without the flag. OccError `settings_unreadable` (exit 2) if its value is not a JSON object. */
export function readUserSettings(args: readonly string[], cwd: string): UserSettings | undefined {
  const { value } = takeSettingsFlag(args);
  if (value === undefined) return undefined;
  const inline = value.trimStart().startsWith('{');
  const settings = parseJson(inline ? value : readText(resolve(cwd, value), value));
  if (isObject(settings)) return { settings, inline };
  throw unreadable(inline ? 'the JSON is not an object' : `${value} is not a JSON object`);
}

function readText(file: string, given: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(`${given} cannot be read`, cause);
  }
}

function unreadable(what: string, cause?: unknown): OccError {
  return new OccError('settings_unreadable', `--settings: ${what}`, {
    exitCode: exitCodes.usage,
    remedy: 'expected the path of a JSON file, or a JSON object, as Claude Code takes it',
    cause,
  });
}
