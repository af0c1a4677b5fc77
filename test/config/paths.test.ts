import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dirname, isAbsolute, join } from 'node:path';
import { test } from 'node:test';
import {
  findConfigFile,
  findPlaces,
  homeOf,
  makePrivateDirectory,
  openToOthers,
  writePrivateFile,
} from '../../lib/config/paths.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { minimal, put, scratchHome } from './scratch.ts';

test('directories follow XDG, and variables that are not absolute paths are ignored', (t) => {
  const runtime = scratchHome(t);
  const home = '/home/me';
  assert.deepEqual(findPlaces({ env: {}, home, platform: 'linux' }), {
    configDir: '/home/me/.config/occ',
    configFile: '/home/me/.config/occ/config.json',
    stateDir: '/home/me/.local/state/occ',
    runtimeDir: '/home/me/.local/state/occ',
    cacheDir: '/home/me/.cache/occ',
    legacyFiles: ['/home/me/.config/oc-go-cc/config.json', '/home/me/.config/routatic-proxy/config.json'],
  });
  const env = {
    XDG_CONFIG_HOME: '/c',
    XDG_STATE_HOME: '/s',
    XDG_RUNTIME_DIR: runtime,
    XDG_CACHE_HOME: 'relative',
  };
  const { configFile, stateDir, runtimeDir, cacheDir } = findPlaces({ env, home, platform: 'darwin' });
  assert.deepEqual(
    [configFile, stateDir, runtimeDir, cacheDir],
    ['/c/occ/config.json', '/s/occ', join(runtime, 'occ'), '/home/me/.cache/occ'],
  );
  assert.equal(findPlaces({ env: { HOME: '/h' } }).configDir, '/h/.config/occ');
});

test('--config, OCC_CONFIG, other variables, the default path and other tools are tried in this order', (t) => {
  const home = scratchHome(t);
  const env = { XDG_CONFIG_HOME: join(home, 'xdg') };
  const find = (more: { configFile?: string; env?: Record<string, string> } = {}): unknown =>
    findConfigFile({ home, configFile: more.configFile, env: { ...env, ...more.env } });

  assert.equal(find(), undefined);
  const newer = put(join(home, '.config/routatic-proxy/config.json'), minimal);
  assert.deepEqual(find(), { file: newer, legacy: true });
  const older = put(join(home, '.config/oc-go-cc/config.json'), minimal);
  assert.deepEqual(find(), { file: older, legacy: true });
  const ours = put(join(home, 'xdg/occ/config.json'), minimal);
  assert.deepEqual(find(), { file: ours, legacy: false });
  assert.deepEqual(find({ env: { ROUTATIC_PROXY_CONFIG: '/r', OC_GO_CC_CONFIG: '/o' } }), {
    file: '/o',
    by: 'OC_GO_CC_CONFIG',
    legacy: false,
  });
  const named = { OCC_CONFIG: '/x', OC_GO_CC_CONFIG: '/o' };
  assert.deepEqual(find({ env: named }), { file: '/x', by: 'OCC_CONFIG', legacy: false });
  assert.deepEqual(find({ env: named, configFile: '/f' }), { file: '/f', by: '--config', legacy: false });
});

test('a file of another tool is read with a hint and not changed', async (t) => {
  const home = scratchHome(t);
  const seed = readFileSync(fileURLToPath(new URL('../fixtures/seed-config.json', import.meta.url)), 'utf8');
  const file = put(join(home, '.config/oc-go-cc/config.json'), seed);
  const { settings, source } = await loadSettings({ env: {}, home });
  assert.equal(settings.file, file);
  assert.deepEqual(source, { file, legacy: true });
  const [hint] = settings.warnings;
  assert.match(hint?.message ?? '', /belongs to another tool/);
  assert.match(hint?.remedy ?? '', /config\.json/);
  assert.equal(readFileSync(file, 'utf8'), seed);
});

const mode = (path: string): number => statSync(path).mode & 0o777;
const posix = { skip: process.platform === 'win32' };

test('directories are created with mode 0700, and existing ones restricted to it', posix, (t) => {
  const home = scratchHome(t);
  const made = join(home, 'a', 'b');
  makePrivateDirectory(made);
  assert.equal(mode(made), 0o700);
  const loose = join(home, 'loose');
  mkdirSync(loose);
  chmodSync(loose, 0o755);
  makePrivateDirectory(loose);
  assert.equal(mode(loose), 0o700);
  // A directory that its owner has made read-only stays read-only.
  chmodSync(loose, 0o555);
  makePrivateDirectory(loose);
  assert.equal(mode(loose), 0o500);
});

test('files are written atomically with mode 0600, and no temporary file remains', posix, (t) => {
  const home = scratchHome(t);
  const file = put(join(home, 'config.json'), 'old');
  chmodSync(file, 0o644);
  assert.equal(openToOthers(file), true);
  writePrivateFile(file, 'new');
  assert.equal(mode(file), 0o600);
  assert.equal(openToOthers(file), false);
  assert.equal(readFileSync(file, 'utf8'), 'new');
  assert.throws(() => writePrivateFile(join(home, 'no', 'such', 'dir'), 'x'));
  const directory = join(home, 'dir');
  mkdirSync(directory);
  assert.throws(() => writePrivateFile(directory, 'x'));
  assert.deepEqual(readdirSync(home).sort(), ['config.json', 'dir']);
});

test('a symbolic link is kept', posix, (t) => {
  const home = scratchHome(t);
  const target = put(join(home, 'dotfiles', 'occ.json'), 'old');
  const link = join(home, 'config.json');
  symlinkSync(target, link);
  writePrivateFile(link, 'new');
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readFileSync(target, 'utf8'), 'new');
});

test('a file that cannot be looked at is an error, and does not count as missing', posix, async (t) => {
  const home = scratchHome(t);
  const file = join(home, '.config/occ/config.json');
  mkdirSync(join(home, '.config/occ'), { recursive: true });
  symlinkSync('config.json', file);
  assert.equal(findConfigFile({ env: {}, home })?.file, file);
  await assert.rejects(loadSettings({ env: {}, home }), /symbolic links form a loop/);
});

test('an XDG_RUNTIME_DIR that cannot be used counts as not set', posix, (t) => {
  const home = scratchHome(t);
  const file = put(join(home, 'file'), '');
  const locked = join(home, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  const replaceable = join(home, 'replaceable');
  mkdirSync(replaceable);
  chmodSync(replaceable, 0o777);
  const linked = join(home, 'linked');
  mkdirSync(linked);
  symlinkSync(home, join(linked, 'occ'));
  const root = process.getuid?.() === 0;
  const ofOthers = root ? [ownedBy(1, join(home, 'others'))] : ['/usr'];
  const taken = root ? [dirname(ownedBy(1, join(home, 'taken', 'occ')))] : [];
  const readOnly = root ? [] : [locked];
  for (const directory of [
    '/dev/null/user/1000',
    'relative',
    '.',
    '',
    join(home, 'missing'),
    file,
    replaceable,
    linked,
    ...(process.platform === 'linux' ? ['/proc', '/proc/self', '/proc/none/x', '/sys', '/dev/pts'] : []),
    ...ofOthers,
    ...taken,
    ...readOnly,
  ]) {
    const { runtimeDir, stateDir } = findPlaces({ env: { XDG_RUNTIME_DIR: directory }, home });
    assert.equal(runtimeDir, stateDir, directory);
  }
  // With the sticky bit no other user may rename what is in it.
  chmodSync(replaceable, 0o1777);
  const { runtimeDir } = findPlaces({ env: { XDG_RUNTIME_DIR: replaceable }, home });
  assert.equal(runtimeDir, join(replaceable, 'occ'));
});

/** A directory that belongs to another user, which only root can make. */
function ownedBy(uid: number, directory: string): string {
  mkdirSync(directory, { recursive: true });
  chownSync(directory, uid, uid);
  return directory;
}

test('the home directory is that of the account if HOME is not an absolute path', () => {
  assert.equal(homeOf({ HOME: '/h' }), '/h');
  const ofAccount = homeOf({});
  assert.ok(isAbsolute(ofAccount));
  for (const HOME of ['', 'relative', '.']) assert.equal(homeOf({ HOME }), ofAccount);
});

const asRoot = {
  skip: process.getuid?.() === 0 && process.platform === 'linux' ? false : 'needs root and Linux',
};

test(
  'a user id without an account and without HOME has a home in which nothing can be written',
  asRoot,
  () => {
    const { href } = new URL('../../lib/config/paths.ts', import.meta.url);
    const script = `import(${JSON.stringify(href)}).then(({ homeOf }) => { process.setuid(54321); console.log(homeOf({})); })`;
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const printed = execFileSync(process.execPath, ['--import', tsx, '-e', script]);
    assert.equal(printed.toString(), '/\n');
  },
);
