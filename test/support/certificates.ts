/** Certificates for tests, made anew by openssl; nothing of them is kept. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tests that need it say in their names that they were not run without it. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
export const needsOpenssl = hasOpenssl ? '' : ' (not run: no openssl)';

export interface Pair {
  key: string;
  cert: string;
}

export interface Authority {
  /** The file with its certificate, for NODE_EXTRA_CA_CERTS. */
  file: string;
  /** A certificate for this name or address; `days` may be negative for one that has expired. */
  issue(host: string, days?: number): Pair;
  [Symbol.dispose](): void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority that no machine trusts. */
export function authority(): Authority {
  const dir = mkdtempSync(join(tmpdir(), 'occ-ca-'));
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore', cwd: dir });
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Company CA',
  );
  return {
    file: at('ca.pem'),
    issue(host, days = 2) {
      const name = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
      writeFileSync(at('names'), `subjectAltName=${name}`);
      openssl('req', ...newKey, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', `/CN=${host}`);
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
      openssl('x509', '-req', '-in', 'leaf.csr', ...signing, '-days', String(days), '-out', 'leaf.pem');
      return { key: readFileSync(at('leaf.key'), 'utf8'), cert: readFileSync(at('leaf.pem'), 'utf8') };
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
