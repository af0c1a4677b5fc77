/** What would take Claude Code past occ: settings files, switches of the environment, a login. */
import { routingSwitches } from '../../../clients/provider-variables.ts';
import { readStoredSettings } from '../../../clients/conflicts.ts';
import type { Check, Look } from '../../check.ts';

export const conflicts: Check = {
  code: 'conflicts',
  title: 'nothing else decides where Claude Code sends its requests',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 2000,
  look({ machine }): Look {
    const { conflicts: found, login } = readStoredSettings(machine);
    const switches = [...routingSwitches].filter((name) => machine.env[name]);
    const managed = found.find((conflict) => conflict.managed);
    if (managed) {
      return {
        level: 'fail',
        summary: `${managed.file} sets ${managed.names.join(', ')}, and your administrator's settings win`,
        fault: 'client',
        remedy: { text: 'ask your administrator to take that out; nobody else can', commands: [] },
      };
    }
    const [first] = found;
    if (first) {
      return {
        level: 'warn',
        summary: `${first.file} sets ${first.names.join(', ')}`,
        detail: [
          'occ launch goes through occ all the same; a plain claude in a shell with occ env does not.',
          ...found.slice(1).map(({ file, names }) => `${file} sets ${names.join(', ')}`),
        ].join('\n'),
        fault: 'client',
        remedy: {
          text: `start it with occ launch, or take ${first.names.join(', ')} out of ${first.file}`,
          commands: [],
        },
      };
    }
    if (switches.length > 0) {
      return {
        level: 'warn',
        summary: `${switches.join(', ')} ${switches.length === 1 ? 'is' : 'are'} set in this shell`,
        detail: 'occ launch takes that away from its client; a client you start yourself goes past occ.',
        fault: 'client',
        remedy: { text: 'start it with occ launch, or unset it', commands: [`unset ${switches.join(' ')}`] },
      };
    }
    return { level: 'ok', summary: login ? 'none; your claude.ai login is not used by occ' : 'none' };
  },
};
