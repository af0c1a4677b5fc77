/** Checks that the configuration is valid and private, and that the providers have keys. Keys are never shown. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../../../config/config-error.ts';
import { openToOthers } from '../../../config/paths.ts';
import type { Problem } from '../../../config/settings.ts';
import { quote } from '../../../shell-word.ts';
import { withTilde } from '../../../tilde.ts';
import { OccError } from '../../../errors.ts';
import { loadedIn, skip, type Check, type CheckResult, type Remedy } from '../../check.ts';
import { keyPlace, setKey } from '../key-place.ts';

export const config: Check = {
  code: 'config',
  title: 'the configuration is valid, and only you can read it',
  unmet: 'the configuration is invalid',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 2000,
  run({ loaded, machine }): CheckResult {
    if (loaded instanceof OccError) {
      const [summary = '', ...detail] = loaded.message.split('\n');
      const variables = loaded instanceof ConfigError ? loaded.problems.map(({ variable }) => variable) : [];
      const unset = variables.length > 0 && variables.every((name) => name !== undefined);
      const remedy: Remedy = unset
        ? {
            text: 'correct the variable, or unset it',
            commands: [`unset ${[...new Set(variables)].join(' ')}`],
          }
        : { text: loaded.remedy, commands: ['occ config edit', 'occ config check'] };
      return {
        level: 'fail',
        summary,
        ...(detail.length > 0 && { detail: detail.map((line) => line.trim()).join('\n') }),
        fault: 'client',
        remedy,
      };
    }
    const { settings, source, values } = loaded;
    if (source === undefined) return { level: 'ok', summary: 'no file; the built-in defaults apply' };
    const name = withTilde(source.file, machine.home);
    const open = [dirname(source.file), source.file].filter((path) => existsSync(path) && openToOthers(path));
    // If the user chose the file, the permissions of its directory are the user's choice, too.
    const exposed =
      source.by === undefined && !source.legacy ? open : open.filter((path) => path === source.file);
    const [firstExposed, ...moreExposed] = exposed.map(
      (path) => `chmod ${path === source.file ? 600 : 700} ${quote(path)}`,
    );
    if (firstExposed !== undefined) {
      return {
        level: 'warn',
        summary: `other users can read ${exposed.map((path) => withTilde(path, machine.home)).join(' and ')}`,
        fault: 'client',
        remedy: {
          text: 'restrict it to your user',
          commands: [firstExposed, ...moreExposed],
        },
      };
    }
    const [first, ...more] = settings.warnings;
    if (first === undefined) {
      return { level: 'ok', summary: `${name}, ${Object.keys(values).length} values` };
    }
    return {
      level: 'warn',
      summary: `${name}: ${first.path === '' ? '' : `${first.path} `}${first.message}`,
      ...(more.length > 0 && {
        detail: more.map(({ path, message }) => `${path} ${message}`.trim()).join('\n'),
      }),
      fault: 'client',
      remedy: remedyOf(first),
    };
  },
};

/** A remedy that is a command is run as it is; any other is carried out in the editor. */
function remedyOf({ remedy, variable }: Problem): Remedy {
  const [command = ''] = /^(?:occ|chmod) [^;\n]*\S/.exec(remedy ?? '') ?? [];
  if (command !== '' && command === remedy) return { text: 'correct it', commands: [command] };
  if (variable !== undefined)
    return {
      text: remedy ?? `correct the variable ${variable}, or unset it`,
      commands: [`unset ${variable}`],
    };
  return {
    text: remedy ?? 'correct it in the file',
    commands: ['occ config edit', 'occ config check'],
  };
}

export const keys: Check = {
  code: 'keys',
  title: 'the provider has a key',
  unmet: 'no key',
  kind: 'offline',
  scope: 'provider',
  needs: ['config'],
  limitMs: 2000,
  run(context, { provider, name }): CheckResult {
    const { offline, machine } = context;
    const loaded = loadedIn(context);
    if (provider === undefined) throw new Error(`${name} is not a provider`);
    const place = keyPlace(loaded, name);
    const from = withTilde(place.from, machine.home);
    if (provider.missingKey !== undefined && provider.keyCommandLate === true && context.isBusy())
      return skip('busy', `${provider.missingKey}; other programs keep this machine busy`);
    if (provider.missingKey !== undefined && !(offline && provider.keyCommandNotRun)) {
      return {
        level: offline ? 'warn' : 'fail',
        summary: `no key: ${provider.missingKey}`,
        fault: 'client',
        remedy: setKey(name, { path: place.path, from }),
      };
    }
    if (provider.missingKey !== undefined)
      return { level: 'ok', summary: `printed by a command, which was not run (${from})` };
    if (provider.keys.length === 0) return { level: 'ok', summary: 'none is needed' };
    const number = provider.keys.length === 1 ? 'one' : `${provider.keys.length} keys`;
    return { level: 'ok', summary: `${number}, from ${from}` };
  },
};
