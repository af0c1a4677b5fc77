/** What every verb of `occ config` is given, and what it makes of it. */
import { resolve } from 'node:path';
import type { EffectiveOptions } from '../../config/file/effective.ts';
import { findKnown, type Known } from '../../config/file/known.ts';
import type { TargetOptions } from '../../config/edit/target.ts';
import type { Problem } from '../../config/settings.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface ConfigOptions extends GlobalOptions {
  config?: string;
  force?: boolean;
  reveal?: boolean;
  stdin?: boolean;
}

export interface ConfigCall {
  /** The key and the value, where the verb takes them. */
  words: readonly (string | undefined)[];
  options: ConfigOptions;
  system: System;
  output: Output;
}

/** For reading. */
export function toSource({ options: { config }, system }: ConfigCall): EffectiveOptions & { home: string } {
  const { env, home, cwd } = system;
  return { env, home, configFile: config === undefined ? undefined : resolve(cwd, config) };
}

/** For writing. */
export function toTarget({ options: { config }, system }: ConfigCall): TargetOptions {
  const { env, home, cwd } = system;
  return { env, home, cwd, configFile: config };
}

/** `path (line 3): message`, as one line of an answer or of talk. */
export function renderOddity({ path, message, line }: Problem): string {
  const where = line === undefined ? path : `${path} (line ${line})`;
  return path === '' ? message : `${where}: ${message}`;
}

/** OccError with the nearest name: wrong usage (2) unless told otherwise. */
export function requireKnown(
  typed: string,
  exitCode: typeof exitCodes.usage | typeof exitCodes.failed = exitCodes.usage,
): Exclude<Known, { kind: 'unknown' | 'no path' }> {
  const known = findKnown(typed);
  if (known.kind === 'no path') {
    throw new OccError('key_unknown', `"${typed}" is no key`, {
      exitCode,
      remedy: 'expected one such as port, models.default.model_id or fallbacks.default[0].model_id',
    });
  }
  if (known.kind === 'unknown') {
    throw new OccError('key_unknown', `there is no key ${known.path}`, {
      exitCode,
      remedy:
        known.near === undefined
          ? 'occ config schema lists the keys there are'
          : `did you mean ${known.near}?`,
    });
  }
  return known;
}
