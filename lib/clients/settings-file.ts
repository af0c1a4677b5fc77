/** Reads a file of settings of a client, which may have comments. */
import { parse, type ParseError } from 'jsonc-parser';
import { readBounded } from '../bounded-file.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { printableLine } from '../printable.ts';

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
