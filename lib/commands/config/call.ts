/** The arguments of the `occ config` commands and their common conversions. */
import { resolve } from 'node:path';
import type { EffectiveOptions } from '../../config/file/effective.ts';
import { findKnown, type Known } from '../../config/file/known.ts';
import type { TargetOptions } from '../../config/edit/target.ts';
import type { Problem } from '../../config/settings.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { warn } from '../../terminal/talk.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface ConfigOptions extends GlobalOptions {
  config?: string;
  force?: boolean;
  reveal?: boolean;
  stdin?: boolean;
  /** Of `occ config init`. */
  provider?: string;
  baseUrl?: string;
  keyStdin?: boolean;
  keyCommand?: string;
  keyEnv?: string;
  /** False if --no-key is given. */
  key?: boolean;
  preset?: string;
  model?: string;
  /** Of `occ config import`. */
  copyKeys?: boolean;
  merge?: boolean;
  dryRun?: boolean;
}

export interface ConfigCall {
  /** The key and the value, if the command has them. */
  words: readonly (string | undefined)[];
  options: ConfigOptions;
  system: System;
  output: Output;
}

/** The options for reading the configuration. */
export function toSource({ options: { config }, system }: ConfigCall): EffectiveOptions & { home: string } {
  const { env, home, cwd } = system;
  return { env, home, configFile: config === undefined ? undefined : resolve(cwd, config) };
}

/** The options for finding the file to write. */
export function toTarget({ options: { config }, system }: ConfigCall): TargetOptions {
  const { env, home, cwd } = system;
  return { env, home, cwd, configFile: config };
}

/** `path (line 3): message` */
export function renderProblemLine({ path, message, line }: Problem): string {
  const where = line === undefined ? path : `${path} (line ${line})`;
  return path === '' ? message : `${where}: ${message}`;
}

/** Prints warnings on stderr, each followed by its remedy, which is not wrapped: it may be a command. */
export async function printWarnings(output: Output, warnings: readonly Problem[]): Promise<void> {
  for (const warning of warnings) {
    await warn(output, renderProblemLine(warning));
    if (warning.remedy !== undefined) output.warn(`  ${warning.remedy.replaceAll('\n', '\n  ')}`);
  }
}

/** More of them would hide the message. */
const mostAlike = 6;

const listsKeys = 'occ help config lists the keys';

function remedyFor({ near, alike }: Extract<Known, { kind: 'unknown' }>): string {
  const others = alike.filter((path) => path !== near).slice(0, mostAlike);
  const [only = '', ...more] = others;
  if (near !== undefined) return [`did you mean ${near}?`, ...others, listsKeys].join('\n');
  if (only === '') return listsKeys;
  if (more.length === 0) return `did you mean ${only}?\n${listsKeys}`;
  return ['did you mean one of these?', ...others, listsKeys].join('\n');
}

/** Throws an OccError (exit code 2) with the nearest known keys. */
export function requireKnown(typed: string): Exclude<Known, { kind: 'unknown' | 'no path' }> {
  const exitCode = exitCodes.usage;
  const known = findKnown(typed);
  if (known.kind === 'no path') {
    throw new OccError('key_unknown', `"${typed}" is not a key`, {
      exitCode,
      remedy: `expected one such as port, models.default.model_id or fallbacks.default[0].model_id\n${listsKeys}`,
    });
  }
  if (known.kind === 'unknown') {
    throw new OccError('key_unknown', `there is no key ${known.path}`, {
      exitCode,
      remedy: remedyFor(known),
    });
  }
  return known;
}
