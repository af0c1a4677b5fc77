/** What a service runs, from the process that installs it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test, type TestContext } from 'node:test';
import { toServiceProgram } from '../../../lib/daemon/units/program.ts';
import { OccError } from '../../../lib/errors.ts';

const script = '/usr/local/bin/occ';
const started = { execPath: process.execPath, execArgv: [], argv: ['node', script] };
const given = { env: {}, home: '/home/me', cwd: '/work', drainMs: 10_000, process: started };

test('paths are absolute, and the options follow', () => {
  const { command, environmentFile, errorFile, stopSeconds } = toServiceProgram({
    ...given,
    config: 'my config.json',
    port: 4000,
  });
  assert.deepEqual(command, [
    process.execPath,
    script,
    'start',
    '--foreground',
    '--quiet',
    '--config',
    '/work/my config.json',
    '--port',
    '4000',
  ]);
  assert.equal(environmentFile, '/home/me/.config/occ/service.env');
  assert.equal(stopSeconds, 20);
  assert.equal(errorFile, '/home/me/.local/state/occ/service.log');
});

test('a configuration named by a variable becomes an option, since the path may be relative', () => {
  for (const name of ['OCC_CONFIG', 'OC_GO_CC_CONFIG', 'ROUTATIC_PROXY_CONFIG']) {
    const { command, variables } = toServiceProgram({ ...given, env: { [name]: 'c.json' } });
    assert.deepEqual(command.slice(-2), ['--config', '/work/c.json']);
    assert.deepEqual(variables, {});
  }
});

test('variables are included unless they contain a secret', () => {
  const kept = {
    PATH: '/usr/bin',
    XDG_CONFIG_HOME: '/c',
    HTTPS_PROXY: 'http://proxy.corp:3128',
    no_proxy: 'corp.example,*',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    OCC_PORT: '4000',
    OCC_HOST: '127.0.0.1',
    OCC_LOG_LEVEL: 'debug',
  };
  const { variables } = toServiceProgram({
    ...given,
    env: {
      ...kept,
      HTTP_PROXY: 'http://me:pa%40ss@proxy.corp:3128',
      http_proxy: 'me:pass@proxy.corp:3128',
      OCC_API_KEY: 'sk-secret',
      OPENCODE_API_KEY: 'sk-secret',
      OCC_AUTH_TOKEN: 'token',
      ANTHROPIC_API_KEY: 'sk-secret',
      HOME: '/home/me',
      EDITOR: 'vi',
      XDG_STATE_HOME: '',
    },
  });
  assert.deepEqual({ ...variables }, kept);
});

function folders(t: TestContext): string {
  const at = mkdtempSync(join(tmpdir(), 'occ-program-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  return at;
}

test('a link on PATH to the same program is preferred, unless it lasts only as long as a session', (t) => {
  const at = folders(t);
  const [bin, other, session] = ['bin', 'other', 'session'].map((name) => join(at, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [bin, other, session, join(at, 'cellar')]) mkdirSync(folder);
  const real = join(at, 'cellar', 'node');
  writeFileSync(real, '');
  writeFileSync(join(other, 'node'), '');
  symlinkSync(real, join(bin, 'node'));
  symlinkSync(real, join(session, 'node'));
  const first = (path: string, more = {}): string | undefined =>
    toServiceProgram({
      ...given,
      sessionFolders: [session],
      env: { PATH: path, ...more },
      process: { ...started, execPath: real },
    }).command[0];
  assert.equal(first(`${session}:.:${other}:${bin}`), join(bin, 'node'));
  assert.equal(first(`${session}:${other}`), real);
  assert.equal(first(''), real);
  // A relative folder is that of this shell only.
  assert.equal(first(relative(process.cwd(), bin)), real);
});

test('a program in the cache of npx is refused', () => {
  const argv = ['node', '/home/me/.npm/_npx/abc/node_modules/.bin/occ'];
  assert.throws(
    () => toServiceProgram({ ...given, process: { ...started, argv } }),
    (error) => error instanceof OccError && error.code === 'service_program_temporary',
  );
});
