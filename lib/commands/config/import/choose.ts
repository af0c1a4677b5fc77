/** What the options of `occ config import` leave open: which file, what becomes of an existing one, and the keys. */
import { existsSync } from 'node:fs';
import {
  ambiguous,
  findSources,
  namedSources,
  notFound,
  readSource,
  type FoundSource,
} from '../../../config/imports/find.ts';
import type { Imported } from '../../../config/imports/importing.ts';
import type { ImportSource } from '../../../config/imports/source.ts';
import { importSources } from '../../../config/imports/sources.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import type { Json } from '../../../json.ts';
import { count } from '../../../terminal/figures.ts';
import { canAsk, openPrompts, type Prompts } from '../../../terminal/prompts.ts';
import { withTilde } from '../../../tilde.ts';
import type { ConfigCall } from '../call.ts';
import { configOption } from '../../../config/remedies.ts';

export type Mode = 'new' | 'merge' | 'replace';

export interface ChosenSource {
  source: ImportSource;
  file: string;
  value: Json;
}

/** Asks on a terminal if several files are found. */
export async function chooseSource(call: ConfigCall): Promise<ChosenSource> {
  const { system, words } = call;
  const [from] = words;
  const named = from === undefined ? findSources(system) : namedSources(from, system);
  if (!Array.isArray(named)) return { file: named.file, ...(await readSource(named.file)) };
  if (named.length === 0) throw notFound(importSources, system);
  const found = await oneOf(call, named);
  return { file: found.file, ...(await readSource(found.file, found.source)) };
}

async function oneOf(call: ConfigCall, found: readonly FoundSource[]): Promise<FoundSource> {
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const prompts = asker(call);
  if (prompts === undefined) throw ambiguous(found);
  const choices = found.map(({ file, source }) => ({
    value: file,
    label: withTilde(file, call.system.home),
    hint: source.title,
  }));
  const file = await prompts.select('Which configuration?', choices);
  return found.find((one) => one.file === file) ?? throwAmbiguous(found);
}

function throwAmbiguous(found: readonly FoundSource[]): never {
  throw ambiguous(found);
}

/** OccError `config_exists` (exit code 1) if there is a file and no option says what becomes of it. */
export async function chooseMode(call: ConfigCall, target: string): Promise<Mode> {
  const { merge, force, config } = call.options;
  if (merge === true && force === true)
    throw new OccError('usage', 'found --merge and --force, expected one of them', {
      exitCode: exitCodes.usage,
      remedy: '--merge adds to the file, --force replaces it',
    });
  if (!existsSync(target)) return 'new';
  if (merge === true) return 'merge';
  if (force === true) return 'replace';
  const prompts = asker(call);
  const answer = await prompts?.press(`${withTilde(target, call.system.home)} exists already.`, [
    { value: 'm', label: 'merge: add what it lacks' },
    { value: 'r', label: 'replace it; a backup is kept' },
    { value: 'l', label: 'leave it as it is' },
  ]);
  if (answer === 'm') return 'merge';
  if (answer === 'r') return 'replace';
  const where = configOption(config);
  throw new OccError('config_exists', `${target} already exists; it was not changed`, {
    remedy: `occ config import --merge${where}   adds what it lacks\nocc config import --force${where}   replaces it and keeps a backup`,
  });
}

/** The keys that are in the file itself. */
export async function mayCopyKeys(call: ConfigCall, { slots }: Imported): Promise<boolean> {
  if (call.options.copyKeys === true) return true;
  const keys = slots.flatMap(({ items }) => items).filter(({ variable }) => variable === undefined);
  const prompts = keys.length === 0 || call.options.dryRun === true ? undefined : asker(call);
  const answer = await prompts?.press(
    `The file contains ${count(keys.length, 'key')}. Copy ${keys.length === 1 ? 'it' : 'them'}?`,
    [
      { value: 'n', label: 'no' },
      { value: 'y', label: 'yes, into the configuration of occ, which only you can read' },
    ],
  );
  return answer === 'y';
}

function asker({ system, output }: ConfigCall): Prompts | undefined {
  const asks = canAsk(system) && !output.json && !output.quiet;
  return asks ? openPrompts(system, output, 'nothing was written') : undefined;
}
