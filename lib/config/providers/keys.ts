/** Finds the keys of a provider, in the order of use, or the reason why there are none. */
import { OccError } from '../../errors.ts';
import { CommandTimeout, runKeyCommand, toKey } from './credentials.ts';
import { globalKeyVariables } from '../file/schema.ts';
import type { FileKeys } from '../file/config-file.ts';
import type { Environment } from '../file/interpolate.ts';
import { renderPath, type Segment } from '../file/json-path.ts';
import type { Secret } from '../settings.ts';

/** An object of the file that may contain keys: the root or the section of a provider. */
export interface KeyPlace {
  keys: FileKeys;
  segments: readonly Segment[];
}

export interface KeyContext {
  env: Environment;
  /** Path → the variable that its value names and that is not set. */
  missing: ReadonlyMap<string, string>;
  /** Path → the origin of its value: "from env OCC_API_KEY", "in /home/me/…/config.json". */
  describeOrigin: (path: string) => string;
  /** There is a configuration file. */
  hasFile: boolean;
  /** If false, commands are not run and provide no key. */
  runCommands: boolean;
  /** Path → result. A command at the root is run once for both built-in providers. */
  commandResults: Map<string, Promise<string>>;
  /** Stops the commands that are still running. */
  signal?: AbortSignal | undefined;
}

export interface FoundKeys {
  keys: readonly Secret[];
  /** Why there is none. */
  missingKey?: string;
  /** A command was configured and not run; see `KeyContext.runCommands`. */
  keyCommandNotRun?: boolean;
  /** A command was ended before it had finished. */
  keyCommandLate?: boolean;
  keyRemedy?: string;
}

/**
 * All keys come from the first place that has any; within it from `api_keys`, else `api_key`, else `api_key_command`.
 * Rejects with an OccError `key_invalid` for an invalid key. If a command fails, `missingKey` contains the reason, because
 * other providers may still work.
 */
export async function findKeys(places: readonly KeyPlace[], context: KeyContext): Promise<FoundKeys> {
  const reasons: string[] = [];
  const remedies: string[] = [];
  let keyCommandNotRun = false;
  let keyCommandLate = false;
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
        remedies.push(remedyOfVariable(variable, path));
      }
      // An empty string is a placeholder.
      else if (key) found.push(toKey(key, `${path} (${context.describeOrigin(path)})`));
    }
    if (found.length > 0) return { keys: found };
    if (keys.api_key_command === undefined) continue;
    const path = renderPath([...segments, 'api_key_command']);
    if (!context.runCommands && !context.missing.has(path)) keyCommandNotRun = true;
    const result = await runCommandOnce(keys.api_key_command, path, context);
    if (!('reason' in result)) return { keys: [result] };
    if (result.late) keyCommandLate = true;
    reasons.push(result.reason);
    remedies.push(remedyOfCommand(path, context));
  }
  if (reasons.length > 0)
    return {
      keys: [],
      missingKey: reasons.join('; '),
      keyRemedy: remedies.join('\n'),
      ...(keyCommandNotRun && { keyCommandNotRun }),
      ...(keyCommandLate && { keyCommandLate }),
    };
  return { keys: [], missingKey: describePlaces(places), keyRemedy: remedyOfPlaces(places, context) };
}

export function notSet(variable: string, path: string): string {
  return `the variable ${variable}, which ${path} names, is not set`;
}

function remedyOfCommand(path: string, { missing }: KeyContext): string {
  const variable = missing.get(path);
  return variable === undefined
    ? `check that the command of ${path} prints the key`
    : `give occ the variable ${variable}, which ${path} names`;
}

interface NoKey {
  reason: string;
  /** The command was ended before it had finished. */
  late?: boolean;
}

/** The key, or the reason why there is none. */
async function runCommandOnce(
  command: string | string[],
  path: string,
  context: KeyContext,
): Promise<Secret | NoKey> {
  if (context.missing.has(path)) return { reason: notSet(context.missing.get(path) ?? '', path) };
  if (!context.runCommands) return { reason: `${path} has not been run` };
  const output =
    context.commandResults.get(path) ?? runKeyCommand(command, { env: context.env, signal: context.signal });
  context.commandResults.set(path, output);
  try {
    return toKey(await output, `the output of ${path}`);
  } catch (error) {
    if (error instanceof OccError)
      return { reason: `${path}: ${error.message}`, late: error.cause instanceof CommandTimeout };
    throw error;
  }
}

function describePlaces(places: readonly KeyPlace[]): string {
  const paths = places.map(({ segments }) => renderPath([...segments, 'api_key']));
  const variables = places.some(({ segments }) => segments.length === 0) ? globalKeyVariables : [];
  return `none is set; looked in ${[...variables, ...paths].join(', ')}`;
}

/** Never a command with the key as an argument, which would stay in the history of the shell. */
export function remedyOfVariable(variable: string, path: string): string {
  return `occ config set ${path} --stdin, or give occ the variable ${variable}`;
}

/** The key of the built-in providers, which share one, else that of the provider. */
function remedyOfPlaces(places: readonly KeyPlace[], { hasFile }: KeyContext): string {
  const [own] = places;
  const command = `occ config set ${renderPath([...(own?.segments ?? []), 'api_key'])} --stdin`;
  const isShared = places.some(({ segments }) => segments.length === 0);
  if (!isShared) return command;
  return `${hasFile ? '' : 'occ config init\n'}occ config set api_key --stdin`;
}
