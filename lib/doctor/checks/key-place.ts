/** Finds where a provider's key was configured, and suggests how to replace it. */
import { parsePath } from '../../config/file/json-path.ts';
import { variableOf } from '../../config/file/layers.ts';
import { toProviderName } from '../../config/file/entries.ts';
import type { LoadedSettings } from '../../config/load.ts';
import type { Remedy } from '../check.ts';
import { isOpencode } from './provider.ts';

export interface KeyPlace {
  /** `opencode_go.api_key`, spelled as in the file; undefined if no key is configured. */
  path: string | undefined;
  /** For a message: `the variable OCC_API_KEY` or the name of the file. */
  from: string;
  /** The environment variable that provides it, if any. */
  variable?: string;
}

/** The place of a provider's first key: its own section or, for the two built-in providers, the top of the file. */
export function keyPlace({ values, origins, settings }: LoadedSettings, provider: string): KeyPlace {
  const sections = [provider, ...(isOpencode(provider) ? [''] : [])];
  for (const section of sections) {
    for (const field of ['api_keys', 'api_key', 'api_key_command']) {
      const path = Object.keys(values).find((path) => isIn(path, section, field) && values[path] !== '');
      if (path === undefined) continue;
      const variable = variableOf(origins[path]);
      if (variable !== undefined) return { path, from: `the variable ${variable}`, variable };
      return { path, from: settings.file ?? 'the configuration' };
    }
  }
  return { path: undefined, from: 'nowhere' };
}

function isIn(path: string, section: string, field: string): boolean {
  const segments = (parsePath(path) ?? []).filter((segment) => typeof segment === 'string');
  const inner = segments[0] === 'providers' ? segments.slice(1) : segments;
  if (inner.at(section === '' ? 0 : 1) !== field) return false;
  return section === ''
    ? segments.length === 1
    : inner.length === 2 && toProviderName(inner[0] ?? '') === section;
}

/** The remedy for a missing or refused key. */
export function setKey(provider: string, { path, variable }: KeyPlace): Remedy {
  if (variable !== undefined) {
    return {
      text: `type a valid key of ${provider} when this waits for it; it is not shown, and stays out of the history`,
      commands: [`read -rs ${variable} && export ${variable}`],
    };
  }
  const place = path?.replace(/\.?api_key.*$/, '') ?? (isOpencode(provider) ? '' : `providers.${provider}`);
  const target = place === '' ? 'api_key' : `${place}.api_key`;
  return {
    text:
      path === undefined ? `give ${provider} a key` : `replace the refused key in ${path} with a valid one`,
    commands: [`occ config set ${target} --stdin`],
  };
}
