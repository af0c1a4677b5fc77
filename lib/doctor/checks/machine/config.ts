/** The configuration and its keys: right, private, and complete. A key is never shown. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { openToOthers } from '../../../config/paths.ts';
import { OccError } from '../../../errors.ts';
import { loadedIn, type Check, type Look, type Remedy } from '../../check.ts';
import { keyPlace, setKey } from '../key-place.ts';

export const config: Check = {
  code: 'config',
  title: 'the configuration is right, and only you can read it',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 2000,
  look({ loaded, machine }): Look {
    if (loaded instanceof OccError) {
      const [summary = '', ...detail] = loaded.message.split('\n');
      const remedy: Remedy = {
        text: loaded.remedy ?? 'mend it',
        commands: ['occ config edit', 'occ config check'],
      };
      return {
        level: 'fail',
        summary,
        ...(detail.length > 0 && { detail: detail.map((line) => line.trim()).join('\n') }),
        fault: 'client',
        remedy,
      };
    }
    const { settings, source, values } = loaded;
    if (source === undefined) return { level: 'ok', summary: 'no file; the built-in defaults hold' };
    const short = tilde(source.file, machine.home);
    const open = [dirname(source.file), source.file].filter((path) => existsSync(path) && openToOthers(path));
    // The directory of a file that was named somewhere is the person's own business.
    const exposed =
      source.by === undefined && !source.legacy ? open : open.filter((path) => path === source.file);
    if (exposed.length > 0) {
      return {
        level: 'warn',
        summary: `others than you can read ${exposed.map((path) => tilde(path, machine.home)).join(' and ')}`,
        fault: 'client',
        remedy: {
          text: 'make it yours alone',
          commands: exposed.map((path) => `chmod ${path === source.file ? 600 : 700} ${path}`),
        },
      };
    }
    const [first, ...more] = settings.warnings;
    if (first === undefined) {
      return { level: 'ok', summary: `${short}, ${Object.keys(values).length} values` };
    }
    return {
      level: 'warn',
      summary: `${short}: ${first.path === '' ? '' : `${first.path} `}${first.message}`,
      ...(more.length > 0 && {
        detail: more.map(({ path, message }) => `${path} ${message}`.trim()).join('\n'),
      }),
      fault: 'client',
      remedy: { text: first.remedy ?? 'occ works all the same', commands: ['occ config check'] },
    };
  },
};

export function tilde(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

export const keys: Check = {
  code: 'keys',
  title: 'there is a key for the provider',
  kind: 'offline',
  scope: 'provider',
  needs: ['config'],
  limitMs: 2000,
  look(context, { provider, name }): Look {
    const { offline, machine } = context;
    const loaded = loadedIn(context);
    if (provider === undefined) throw new Error('a provider is needed');
    const place = keyPlace(loaded, name);
    const from = tilde(place.from, machine.home);
    if (provider.missingKey !== undefined && !(offline && provider.keyCommandNotRun)) {
      return {
        level: offline ? 'warn' : 'fail',
        summary: `no key: ${provider.missingKey}`,
        fault: 'client',
        remedy: setKey(name, { path: place.path, from }),
      };
    }
    if (provider.missingKey !== undefined)
      return { level: 'ok', summary: `from a command, which was not run (${from})` };
    if (provider.keys.length === 0) return { level: 'ok', summary: 'none is needed' };
    const number = provider.keys.length === 1 ? 'one' : `${provider.keys.length} keys`;
    return { level: 'ok', summary: `${number}, from ${from}` };
  },
};
