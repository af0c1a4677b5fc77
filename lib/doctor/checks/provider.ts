/** Where the settings of a provider are in the configuration. */
import { toProviderName } from '../../config/file/entries.ts';
import { parsePath } from '../../config/file/json-path.ts';
import type { LoadedSettings } from '../../config/load.ts';

/** True for the two built-in providers, which have default addresses. */
export function isOpencode(name: string): boolean {
  return name === 'opencode-go' || name === 'opencode-zen';
}

/** The path of a provider's setting, spelled as in the file; undefined if it is not set. */
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

/** `providers.ollama.base_url` → `providers.ollama`. */
export function sectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}
