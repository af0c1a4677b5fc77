/** Where a time limit of a provider stands in the configuration, and how to take it out. */
import { toProviderName } from '../../config/file/entries.ts';
import { parsePath } from '../../config/file/json-path.ts';
import type { LoadedSettings } from '../../config/load.ts';
import type { Remedy } from '../check.ts';

/** The path of a provider's setting, as the file spells it; undefined where it is not set. */
export function pathOfSetting(
  { values }: Pick<LoadedSettings, 'values'>,
  provider: string,
  setting: string,
): string | undefined {
  return Object.keys(values).find((path) => {
    const segments = parsePath(path) ?? [];
    const section = segments.at(-2);
    const top = segments.length === 2 || (segments.length === 3 && segments[0] === 'providers');
    return (
      top &&
      segments.at(-1) === setting &&
      section !== undefined &&
      toProviderName(String(section)) === provider
    );
  });
}

/** What to do about a limit that was too short. */
export function timeoutRemedy(loaded: LoadedSettings, provider: string, setting: string): Remedy {
  const path = pathOfSetting(loaded, provider, setting);
  if (path === undefined) {
    return { text: `it was given the usual ${setting}; another model may be quicker`, commands: [] };
  }
  const file = loaded.settings.file === undefined ? '' : ` in ${loaded.settings.file}`;
  return {
    text: `take ${path}${file} out, or make it longer`,
    commands: [`occ config unset ${path}`],
  };
}
