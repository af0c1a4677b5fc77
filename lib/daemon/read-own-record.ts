/** Reads the file of a record, which only this user may have written. */
import { readOwn } from '../bounded-file.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';

/** The largest file in bytes: far more than a record has. */
const maxBytes = 64 * 1024;

/** Undefined if there is none that can be read, if another user may have written it, and if it is not a JSON object. */
export function readOwnRecord(file: string): JsonObject | undefined {
  try {
    const value = parseJson(readOwn(file, maxBytes).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
