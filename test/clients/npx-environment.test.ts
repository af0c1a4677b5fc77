import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutNpx } from '../../lib/clients/npx-environment.ts';

/** The environment that npm 12.2.0 sets for `npx --yes -p <package> -c <call>`, with a custom registry. */
const underNpx = {
  COLOR: '0',
  EDITOR: 'vi',
  HOME: '/home/me',
  INIT_CWD: '/home/me/project',
  NODE: '/usr/bin/node',
  PATH: '/home/me/.npm/_npx/bb521b7c190d0477/node_modules/.bin:/usr/bin:/bin',
  PWD: '/home/me/project',
  npm_command: 'exec',
  npm_config_cache: '/home/me/.npm',
  npm_config_call: 'occ launch',
  npm_config_global_ignore_file: '/usr/etc/npmignore',
  npm_config_global_prefix: '/usr',
  npm_config_globalconfig: '/usr/etc/npmrc',
  npm_config_init_module: '/home/me/.npm-init.js',
  npm_config_local_prefix: '/home/me/project',
  npm_config_node_gyp: '/usr/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js',
  npm_config_noproxy: '',
  npm_config_npm_version: '12.2.0',
  npm_config_package: 'occ-cli',
  npm_config_prefix: '/usr',
  npm_config_registry: 'http://127.0.0.1:4873/',
  npm_config_user_agent: 'npm/12.2.0 node/v24.21.0 linux x64 workspaces/false',
  npm_config_userconfig: '/home/me/.npmrc',
  npm_config_yes: 'true',
  npm_execpath: '/usr/lib/node_modules/npm/bin/npm-cli.js',
  npm_lifecycle_event: 'npx',
  npm_lifecycle_script: "'occ'",
  npm_node_execpath: '/usr/bin/node',
  npm_package_json: '/home/me/project/package.json',
};

test('removes variables of the npx run, and keeps those that tell where packages come from', () => {
  assert.deepEqual(withoutNpx(underNpx), {
    EDITOR: 'vi',
    HOME: '/home/me',
    PATH: underNpx.PATH,
    PWD: '/home/me/project',
    npm_config_cache: '/home/me/.npm',
    npm_config_registry: 'http://127.0.0.1:4873/',
    npm_config_userconfig: '/home/me/.npmrc',
  });
});

test('keeps a noproxy list that is not empty', () => {
  const env = { ...underNpx, npm_config_noproxy: 'intranet' };
  assert.equal(withoutNpx(env)['npm_config_noproxy'], 'intranet');
});

test('does not change an environment without npx', () => {
  const own = { npm_config_prefix: '/home/me/.npm-global', COLOR: '1', NODE: '/opt/node' };
  assert.equal(withoutNpx(own), own);
  const script = { ...underNpx, npm_lifecycle_event: 'dev' };
  assert.equal(withoutNpx(script), script);
});
