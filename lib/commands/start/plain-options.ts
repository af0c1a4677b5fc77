/** Reads the options of `occ start` in their plain form: known names, each value a word of its own. */
import type { GlobalOptions } from '../../terminal/command-context.ts';
import { portOf, type StartOptions } from './options.ts';

type Options = StartOptions & GlobalOptions;

const switches: ReadonlyMap<string, Options> = new Map<string, Options>([
  ['-f', { foreground: true }],
  ['--foreground', { foreground: true }],
  ['--background', { background: true }],
  ['--emulator', { emulator: true }],
  ['--json', { json: true }],
  ['-q', { quiet: true }],
  ['--quiet', { quiet: true }],
  ['-v', { verbose: true }],
  ['--verbose', { verbose: true }],
  ['--no-color', { color: false }],
]);

type Read = (value: string) => Options | undefined;

const valued: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['-p', toPort],
  ['--port', toPort],
  ['-H', (host) => ({ host })],
  ['--host', (host) => ({ host })],
  ['-c', (config) => ({ config })],
  ['--config', (config) => ({ config })],
]);

/** What the parser of the command line reads from the same words; undefined for all that it should read or reject. */
export function readPlainOptions(words: readonly string[]): Options | undefined {
  const options: Options = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const read = valued.get(word);
    const more = read === undefined ? switches.get(word) : readValue(read, words[++at]);
    if (more === undefined) return undefined;
    Object.assign(options, more);
  }
  return options;
}

/** A missing value, and one that may be an option, are for the parser. */
function readValue(read: Read, value = '-'): Options | undefined {
  return value.startsWith('-') ? undefined : read(value);
}

function toPort(text: string): Options | undefined {
  const port = portOf(text);
  return port === undefined ? undefined : { port };
}
