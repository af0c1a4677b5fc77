/** Paths and values with everything that systemd, XML or a shell gives a meaning to. */
import type { ServiceProgram } from '../../../lib/daemon/units/program.ts';

export const hostileWords = [
  'plain',
  'with space',
  '  two  ',
  'per%cent %h %%',
  '$HOME ${HOME} $$',
  'quo"te',
  "apos'trophe",
  String.raw`back\slash \n \x41`,
  'semi;colon ; #hash',
  '-dash',
  '@at:+!',
  '<&>&amp;]]>',
  'ünïcødé 模型 🙂',
  '~',
  '',
];

export const hostileProgram: ServiceProgram = {
  command: ['/opt/my node/100% $HOME/node', ...hostileWords],
  variables: Object.fromEntries(
    hostileWords.filter((word) => word !== '').map((word, at) => [`V${at}`, word]),
  ),
  environmentFile: '/home/me/100% mine/$x/service.env',
  stopSeconds: 25,
  errorFile: '/home/me/<&>/service.log',
};
