/** Checks for settings files, environment variables and a login that would make Claude Code bypass occ. */
import { routingSwitches } from '../../../clients/provider-variables.ts';
import { readStoredSettings } from '../../../clients/conflicts.ts';
import type { Check, CheckResult } from '../../check.ts';

export const conflicts: Check = {
  code: 'conflicts',
  title: 'no other setting decides where Claude Code sends its requests',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 2000,
  run({ machine }): CheckResult {
    const { conflicts: found, login } = readStoredSettings(machine);
    const switches = [...routingSwitches].filter((name) => machine.env[name]);
    const managed = found.find((conflict) => conflict.managed);
    if (managed) {
      return {
        level: 'fail',
        summary: `${managed.file} sets ${managed.names.join(', ')}, and your administrator's settings take precedence`,
        fault: 'client',
        remedy: { text: 'ask your administrator to remove them', commands: [`cat ${quoted(managed.file)}`] },
      };
    }
    const [first] = found;
    if (first) {
      return {
        level: 'warn',
        summary: `${first.file} sets ${first.names.join(', ')}`,
        detail: [
          'occ launch uses occ nevertheless; a claude started in a shell with occ env does not.',
          ...found.slice(1).map(({ file, names }) => `${file} sets ${names.join(', ')}`),
        ].join('\n'),
        fault: 'client',
        remedy: {
          text: `start it with occ launch, or remove ${first.names.join(', ')} from ${first.file}`,
          commands: ['occ launch'],
        },
      };
    }
    if (switches.length > 0) {
      return {
        level: 'warn',
        summary: `${switches.join(', ')} ${switches.length === 1 ? 'is' : 'are'} set in this shell`,
        detail:
          'occ launch removes this from the environment of its client; a client you start yourself bypasses occ.',
        fault: 'client',
        remedy: {
          text: 'start it with occ launch, or unset it',
          commands: [`unset ${switches.join(' ')}`],
        },
      };
    }
    return { level: 'ok', summary: login ? 'none; occ does not use your claude.ai login' : 'none' };
  },
};

/** A path as one word of a shell. */
function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
