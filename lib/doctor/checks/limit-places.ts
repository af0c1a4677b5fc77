/** Finds where a time limit of a provider is set in the configuration, and suggests how to remove it. */
import type { LoadedSettings } from '../../config/load.ts';
import type { TimeLimit } from '../../proxy/policy/failures.ts';
import type { Remedy } from '../check.ts';
import { pathOfSetting } from './provider.ts';

type Limit = Exclude<TimeLimit, 'client'>;

const aliases: Readonly<Partial<Record<Limit, string>>> = { stream_idle_timeout_ms: 'stream_timeout_ms' };

/** The path of a limit or its alias, spelled as in the file; undefined if it is not set. */
export function pathOfLimit(
  loaded: Pick<LoadedSettings, 'values'>,
  provider: string,
  limit: Limit,
): string | undefined {
  const alias = aliases[limit];
  return (
    pathOfSetting(loaded, provider, limit) ??
    (alias === undefined ? undefined : pathOfSetting(loaded, provider, alias))
  );
}

/** The remedy for a limit that was too short. */
export function limitRemedy(loaded: LoadedSettings, provider: string, limit: Limit): Remedy {
  const path = pathOfLimit(loaded, provider, limit);
  if (path === undefined) {
    return {
      text: `this is the default ${limit}; another model may be faster`,
      commands: ['occ models'],
    };
  }
  const file = loaded.settings.file === undefined ? '' : ` from ${loaded.settings.file}`;
  return {
    text: `remove ${path}${file}, or increase it`,
    commands: [`occ config unset ${path}`],
  };
}
