/** The settings for certificates. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemCaSupport } from '../../../lib/doctor/checks/machine/certificates.ts';
import { put, scratchHome } from '../../config/scratch.ts';
import { finding, runChecks } from '../run-checks.ts';

test('versions of Node that can use the authorities of the system', () => {
  for (const [version, option, variable] of [
    ['20.19.5', false, false],
    ['22.14.0', false, false],
    ['22.15.0', true, false],
    ['22.19.0', true, true],
    ['23.8.0', false, false],
    ['23.9.0', true, false],
    ['24.5.0', true, false],
    ['24.6.0', true, true],
    ['26.0.0', true, true],
  ] as const)
    assert.deepEqual(systemCaSupport(version), { option, variable }, version);
});

const found = async (t: Parameters<typeof runChecks>[0], env: Record<string, string>, home?: string) =>
  finding(
    await runChecks(t, { codes: ['certificates'], env, ...(home !== undefined && { home }) }),
    'certificates',
  );

test('a file of authorities that Node ignores', async (t) => {
  const home = scratchHome(t);
  const good = put(join(home, 'good.pem'), 'x\n-----BEGIN CERTIFICATE-----\nMIIB\n');
  const bad = put(join(home, 'bad.der'), '0\u0082');
  assert.equal((await found(t, { NODE_EXTRA_CA_CERTS: good }, home)).level, 'ok');
  for (const [file, why] of [
    [join(home, 'none.pem'), /which cannot be read \(ENOENT\); Node.js ignores it/],
    [bad, /which has no certificate in PEM format/],
    [home, /which cannot be read \(EISDIR\)/],
    ['/dev/zero', /which cannot be read \(ENOTREG\)/],
  ] as const) {
    const { level, summary, fault, remedy } = await found(t, { NODE_EXTRA_CA_CERTS: file }, home);
    assert.deepEqual([level, fault, remedy?.commands], ['fail', 'client', ['unset NODE_EXTRA_CA_CERTS']]);
    assert.match(summary, why);
  }
});

test('verification that is switched off for other programs', async (t) => {
  const { level, summary, remedy } = await found(t, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  assert.equal(level, 'warn');
  assert.match(summary, /occ verifies certificates all the same$/);
  assert.deepEqual(remedy?.commands, ['unset NODE_TLS_REJECT_UNAUTHORIZED']);
  for (const value of ['', '1'])
    assert.equal((await found(t, { NODE_TLS_REJECT_UNAUTHORIZED: value })).level, 'ok');
});
