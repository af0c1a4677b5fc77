/** Checks the variables that decide which certificates Node.js accepts. */
import { readBounded } from '../../../bounded-file.ts';
import { isOlder } from '../../../clients/versions.ts';
import { printableLine } from '../../../printable.ts';
import type { Check, CheckResult } from '../../check.ts';

/** Whether this version of Node.js can use the authorities that the system trusts, and how (nodejs.org/api/cli.html). */
export function systemCaSupport(version: string): { option: boolean; variable: boolean } {
  const [major = 0] = version.split('.').map(Number);
  const since = (in22: string, later: string): boolean => !isOlder(version, major === 22 ? in22 : later);
  return { option: since('22.15.0', '23.9.0'), variable: since('22.19.0', '24.6.0') };
}

/** Bytes. The authorities of a whole system have a few hundred thousand. */
const largestFile = 16 * 1024 * 1024;

export const certificates: Check = {
  code: 'certificates',
  title: 'the settings for certificates are usable, and certificates are verified',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 1000,
  run({ machine: { env } }): CheckResult {
    const file = env['NODE_EXTRA_CA_CERTS'] ?? '';
    const fault = file === '' ? undefined : faultOf(file);
    if (fault !== undefined) {
      return {
        level: 'fail',
        summary: `NODE_EXTRA_CA_CERTS names ${printableLine(file)}, which ${fault}; Node.js ignores it`,
        fault: 'client',
        remedy: {
          text: 'name a file with certificates in PEM format, or unset the variable',
          commands: ['unset NODE_EXTRA_CA_CERTS'],
        },
      };
    }
    if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
      return {
        level: 'warn',
        summary: 'NODE_TLS_REJECT_UNAUTHORIZED=0 is set; occ verifies certificates all the same',
        detail:
          'Without verification, anybody on the network could read your keys. Other programs of this shell do not verify.',
        fault: 'client',
        remedy: {
          text: 'unset it, and name the authority that you trust in NODE_EXTRA_CA_CERTS',
          commands: ['unset NODE_TLS_REJECT_UNAUTHORIZED'],
        },
      };
    }
    const system = env['NODE_USE_SYSTEM_CA'] === '1';
    if (system && !systemCaSupport(process.versions.node).variable) {
      return {
        level: 'warn',
        summary: `NODE_USE_SYSTEM_CA=1 has no effect in Node ${process.versions.node}; it needs 22.19 or 24.6`,
        fault: 'client',
        remedy: {
          text: 'update Node, or name the file with the authorities of the system',
          commands: ['export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'],
        },
      };
    }
    const more = [
      ...(file === '' ? [] : [`those in ${printableLine(file)}`]),
      ...(system ? ['those of the system'] : []),
    ];
    return { level: 'ok', summary: ['the authorities of Node', ...more].join(', ') };
  },
};

function faultOf(file: string): string | undefined {
  try {
    const text = readBounded(file, largestFile).toString('latin1');
    return text.includes('-----BEGIN CERTIFICATE-----') ||
      text.includes('-----BEGIN TRUSTED CERTIFICATE-----')
      ? undefined
      : 'has no certificate in PEM format';
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  }
}
