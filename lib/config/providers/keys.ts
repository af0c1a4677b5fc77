/** Which keys a provider has, in the order of use, and in words why it has none. */
import { OccError } from '../../errors.ts';
import { runKeyCommand, toKey } from './credentials.ts';
import { globalKeyVariables } from '../file/schema.ts';
import type { FileKeys } from '../file/config-file.ts';
import type { Environment } from '../file/interpolate.ts';
import { renderPath, type Segment } from '../file/json-path.ts';
import type { Secret } from '../settings.ts';

/** One place where keys may stand: the top of the file, or a provider's section. */
export interface KeyPlace {
  keys: FileKeys;
  segments: readonly Segment[];
}

export interface KeyContext {
  env: Environment;
  /** Path of a value whose variable is not set → that variable. */
  missing: ReadonlyMap<string, string>;
  /** Path → where its value came from, in words: "the variable OCC_API_KEY", "/home/me/…/config.json". */
  whence: (path: string) => string;
  /** False: commands are not run, and the provider has no key for now. */
  runCommands: boolean;
  /** A command that stands at the top is run once for both built-in providers. */
  answers: Map<string, Promise<string>>;
  /** Ends the commands that still run. */
  signal?: AbortSignal | undefined;
}

export interface FoundKeys {
  keys: readonly Secret[];
  /** Why there is none, in words, and what to do about it. */
  missingKey?: string;
  keyRemedy?: string;
}

/**
 * The first place that holds any key gives them all; within it `api_keys`, then `api_key`, then `api_key_command`.
 * OccError `key_invalid` for a key that cannot be one; a command that fails leaves the provider without a key, and says
 * so in `missingKey`, since other providers may still answer.
 */
export async function findKeys(places: readonly KeyPlace[], context: KeyContext): Promise<FoundKeys> {
  const reasons: string[] = [];
  const remedies: string[] = [];
  for (const { keys, segments } of places) {
    const listed = keys.api_keys?.map((key, index) => ({
      key,
      path: renderPath([...segments, 'api_keys', index]),
    }));
    const single = { key: keys.api_key, path: renderPath([...segments, 'api_key']) };
    const found: Secret[] = [];
    for (const { key, path } of listed?.length ? listed : [single]) {
      const variable = context.missing.get(path);
      if (variable !== undefined) {
        reasons.push(notSet(variable, path));
        remedies.push(`set ${variable} in your shell`);
      }
      // An empty string is how a first configuration leaves the place open.
      else if (key) found.push(toKey(key, `${path} (${context.whence(path)})`));
    }
    if (found.length > 0) return { keys: found };
    if (keys.api_key_command === undefined) continue;
    const path = renderPath([...segments, 'api_key_command']);
    const answer = await askCommand(keys.api_key_command, path, context);
    if (typeof answer !== 'string') return { keys: [answer] };
    reasons.push(answer);
    remedies.push(remedyOfCommand(path, context));
  }
  if (reasons.length > 0) return { keys: [], missingKey: reasons.join('; '), keyRemedy: remedies.join('; ') };
  return { keys: [], missingKey: placesToPutOne(places), keyRemedy: remedyOfPlaces(places) };
}

export function notSet(variable: string, path: string): string {
  return `the variable ${variable}, which ${path} names, is not set`;
}

function remedyOfCommand(path: string, { missing }: KeyContext): string {
  const variable = missing.get(path);
  return variable === undefined
    ? `see that the command of ${path} prints the key`
    : `set ${variable} in your shell`;
}

/** The key, or why there is none. */
async function askCommand(
  command: string | string[],
  path: string,
  context: KeyContext,
): Promise<Secret | string> {
  if (context.missing.has(path)) return notSet(context.missing.get(path) ?? '', path);
  if (!context.runCommands) return `${path} has not been run`;
  const answer =
    context.answers.get(path) ?? runKeyCommand(command, { env: context.env, signal: context.signal });
  context.answers.set(path, answer);
  try {
    return toKey(await answer, `what ${path} printed`);
  } catch (error) {
    if (error instanceof OccError) return `${path}: ${error.message}`;
    throw error;
  }
}

function placesToPutOne(places: readonly KeyPlace[]): string {
  const paths = places.map(({ segments }) => renderPath([...segments, 'api_key']));
  const variables = places.some(({ segments }) => segments.length === 0) ? globalKeyVariables : [];
  return `none is set; looked in ${[...variables, ...paths].join(', ')}`;
}

/** The shell for the built-in providers, whose keys are known by name; else the file. */
function remedyOfPlaces(places: readonly KeyPlace[]): string {
  const [own] = places;
  const command = `occ config set ${renderPath([...(own?.segments ?? []), 'api_key'])} --stdin`;
  const everywhere = places.some(({ segments }) => segments.length === 0);
  return everywhere ? `set OPENCODE_API_KEY in your shell, or occ config set api_key --stdin` : command;
}
