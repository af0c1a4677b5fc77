/** Where a provider's key came from, and how to give it another. */
import { parsePath } from '../../config/file/json-path.ts';
import { toProviderName } from '../../config/file/entries.ts';
import type { LoadedSettings } from '../../config/load.ts';
import type { Remedy } from '../check.ts';
import { isOpencode } from './provider.ts';

export interface KeyPlace {
  /** `opencode_go.api_key`, as the file spells it; undefined where no key is configured. */
  path: string | undefined;
  /** In words: `the variable OCC_API_KEY`, the file's name. */
  from: string;
  /** The variable, where it is one. */
  variable?: string;
}

/** The place the first key of a provider came from: its own section, then, for the built-in two, the top. */
export function keyPlace({ values, origins, settings }: LoadedSettings, provider: string): KeyPlace {
  const sections = [provider, ...(isOpencode(provider) ? [''] : [])];
  for (const section of sections) {
    for (const field of ['api_keys', 'api_key', 'api_key_command']) {
      const path = Object.keys(values).find((path) => standsIn(path, section, field) && values[path] !== '');
      if (path === undefined) continue;
      const origin = origins[path] ?? 'default';
      if (origin.startsWith('env '))
        return { path, from: `the variable ${origin.slice(4)}`, variable: origin.slice(4) };
      return { path, from: settings.file ?? 'the configuration' };
    }
  }
  return { path: undefined, from: 'nowhere' };
}

function standsIn(path: string, section: string, field: string): boolean {
  const segments = (parsePath(path) ?? []).filter((segment) => typeof segment === 'string');
  const inner = segments[0] === 'providers' ? segments.slice(1) : segments;
  if (inner.at(section === '' ? 0 : 1) !== field) return false;
  return section === ''
    ? segments.length === 1
    : inner.length === 2 && toProviderName(inner[0] ?? '') === section;
}

/** How to give a provider a key that is accepted. */
export function setKey(provider: string, { path, variable }: KeyPlace): Remedy {
  if (variable !== undefined) {
    return {
      text: `set ${variable} to a key of ${provider} that is valid`,
      commands: [`export ${variable}=…`],
    };
  }
  const place = path?.replace(/\.?api_key.*$/, '') ?? (isOpencode(provider) ? '' : `providers.${provider}`);
  const target = place === '' ? 'api_key' : `${place}.api_key`;
  return {
    text:
      path === undefined
        ? `give ${provider} a key`
        : `put a valid key where the refused one stands (${path})`,
    commands: [`occ config set ${target} --stdin`],
  };
}
