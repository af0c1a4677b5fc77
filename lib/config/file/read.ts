/** Reads and parses a configuration file: JSON with comments and trailing commas. */
import {
  createScanner,
  parse,
  parseTree,
  printParseErrorCode,
  type ParseError,
  type ParseErrorCode,
} from 'jsonc-parser';
import { readBounded } from '../../bounded-file.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { isGivenPipe, readGivenPipe } from '../../given-pipe.ts';
import { reasonOf } from '../../system-error.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { ConfigError } from '../config-error.ts';
import type { Problem } from '../settings.ts';
import { decodeConfig, type Decoded } from './encoding.ts';

/** Far more than any configuration needs; it keeps a wrong path, such as a log, from filling the memory. */
const maxBytes = 4 * 1024 * 1024;

/**
 * The text of a file, or of a pipe that the shell has opened (`--config <(sops -d config.json)`), without a byte order mark.
 * Rejects with an OccError `config_unreadable` or `config_invalid`, both with exit code 78.
 */
export async function readConfigText(file: string): Promise<string> {
  if (!isGivenPipe(file)) return decodeOrRefuse(readConfigBytes(file), file).text;
  const bytes = await readGivenPipe(file, maxBytes).catch((cause: unknown) => {
    throw refused(file, cause);
  });
  return decodeOrRefuse(bytes, file).text;
}

/** Throws an OccError `config_invalid` (exit code 78) for an encoding that occ does not read; see `decodeConfig`. */
export function decodeOrRefuse(bytes: Buffer, file: string, strict = false): Decoded {
  const decoded = decodeConfig(bytes, strict);
  if (decoded !== undefined) return decoded;
  throw new OccError('config_invalid', `${file} is not in UTF-8`, {
    exitCode: exitCodes.config,
    remedy: 'save it as UTF-8; occ config edit opens it',
  });
}

/** The content of a file. Throws as `readConfigText` rejects. */
export function readConfigBytes(file: string): Buffer {
  try {
    return readBounded(file, maxBytes);
  } catch (cause) {
    throw refused(file, cause);
  }
}

function refused(file: string, cause: unknown): OccError {
  if ((cause as NodeJS.ErrnoException).code !== 'EFBIG') return unreadable(file, cause);
  return new ConfigError(file, [
    { path: '', message: `larger than ${maxBytes} bytes; expected a configuration` },
  ]);
}

/** A value of null is the same as a missing key. Throws a ConfigError with line and column for invalid JSON. */
export function parseConfig(text: string, file: string): JsonObject {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (isTooDeep(body, maxDepth))
    throw new ConfigError(file, [
      {
        path: '',
        message: `more than ${maxDepth} lists and objects within each other; expected a configuration`,
      },
    ]);
  if (body.trim() === '') throw new ConfigError(file, [emptyFile]);
  const errors: ParseError[] = [];
  const value: unknown = parse(body, errors, { allowTrailingComma: true, disallowComments: false });
  if (errors.length > 0) throw broken(file, body, errors);
  if (!isObject(value)) {
    throw new ConfigError(file, [
      { path: '', message: `line 1, column 1: found ${kindOf(value)}, expected an object: { … }`, line: 1 },
    ]);
  }
  return withoutNulls(value) as JsonObject;
}

const emptyFile: Problem = {
  path: '',
  message: 'line 1, column 1: found an empty file, expected an object: { … }',
  remedy: 'write {} into it, or remove it: without a file the defaults apply',
  line: 1,
};

/** Far more than any configuration has; the parser overflows the stack at some thousands. */
const maxDepth = 200;

/** Whether more than `limit` lists and objects are within each other. The text need not be valid. */
export function isTooDeep(text: string, limit: number): boolean {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    // The first character of a token says which of them it is; at the end there is none.
    const first = text[scanner.getTokenOffset()];
    if (first === undefined) return false;
    if (first === '{' || first === '[') depth++;
    else if (first === '}' || first === ']') depth--;
    if (depth > limit) return true;
  }
}

/** The type of a JSON value in messages: "a string", "a list". */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? 'a string' : 'a number';
}

const aValue = 'expected a value: text in double quotes, a number, true, false, null, { or [';
const aName = 'expected a property name in double quotes';

/** What the parser expected, by its error codes. */
const expectations: Readonly<Record<string, string>> = {
  InvalidSymbol: aValue,
  InvalidNumberFormat: 'expected a number such as 3456 or 0.3',
  PropertyNameExpected: aName,
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" after the property name',
  CommaExpected: 'expected "," between two entries',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'expected the end of the file',
  UnexpectedEndOfComment: 'expected "*/" to end the comment',
  UnexpectedEndOfString: 'expected a closing double quote',
  UnexpectedEndOfNumber: 'expected the rest of a number',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'expected one of " \\ / b f n r t u after a backslash',
  InvalidCharacter: 'expected no control character inside a string',
};

/** What the parser expected, by the code of its error. */
export function expectationOf(code: ParseErrorCode): string {
  const name = printParseErrorCode(code);
  return expectations[name] ?? `not JSON (${name})`;
}

/** Later errors are most likely consequences of earlier ones. */
const maxReported = 10;

/** Reports the first error of each line: the others on it are most likely its consequences. */
function broken(file: string, text: string, errors: readonly ParseError[]): ConfigError {
  const reported = new Map<number, string>();
  const end = endOfValue(text);
  for (const [index, { error, offset }] of errors.entries()) {
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    const column = (before.at(-1)?.length ?? 0) + 1;
    const name = printParseErrorCode(error);
    const next = errors[index + 1];
    const isName = next !== undefined && printParseErrorCode(next.error) === 'PropertyNameExpected';
    const expected =
      name === 'InvalidSymbol'
        ? expectedInstead(text.slice(0, offset), isName, offset >= end)
        : expectationOf(error);
    const message = `line ${before.length}, column ${column}: ${expected}`;
    if (reported.size < maxReported && !reported.has(before.length)) reported.set(before.length, message);
  }
  const remedy = 'correct it, then run occ config check';
  return new ConfigError(
    file,
    [...reported].map(([line, message]) => ({ path: '', message, remedy, line })),
  );
}

/** The parser has one error for every word without quotes, wherever it is; a name that follows it tells a name. */
function expectedInstead(before: string, isName: boolean, isBehind: boolean): string {
  if (isName) return aName;
  if (isBehind) return 'expected the end of the file';
  return /(^|[:[,{])\s*$/.test(before) ? aValue : 'expected "," or the end of the object or list';
}

/** Where the first value of a text ends. */
function endOfValue(text: string): number {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root === undefined ? Infinity : root.offset + root.length;
}

function unreadable(file: string, cause: unknown): OccError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return new OccError('config_unreadable', `cannot read the configuration ${file}: ${reasonOf(code)}`, {
    exitCode: exitCodes.config,
    remedy:
      code === 'ENOENT'
        ? 'occ config path prints where occ looks for it; without a file the defaults apply'
        : 'check the path and its permissions',
    cause,
  });
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner as Json)]));
}
