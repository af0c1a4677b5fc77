/** The paths and programs of each platform, on any machine; and no other file asks which platform it is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findPlaces } from '../lib/config/paths.ts';
import { platformOf, searchPath } from '../lib/platform.ts';
import { chooseEditor, editorCommand } from '../lib/terminal/editor.ts';

test('the places on Windows', () => {
  const home = String.raw`C:\Users\me`;
  const places = {
    configDir: String.raw`C:\Users\me\AppData\Roaming\occ`,
    configFile: String.raw`C:\Users\me\AppData\Roaming\occ\config.json`,
    stateDir: String.raw`C:\Users\me\AppData\Local\occ`,
    runtimeDir: String.raw`C:\Users\me\AppData\Local\occ`,
    cacheDir: String.raw`C:\Users\me\AppData\Local\cache\occ`,
    legacyFiles: [
      String.raw`C:\Users\me\.config\oc-go-cc\config.json`,
      String.raw`C:\Users\me\.config\routatic-proxy\config.json`,
    ],
  };
  assert.deepEqual(findPlaces({ env: {}, home, platform: 'win32' }), places);
  const env = {
    APPDATA: String.raw`D:\roaming`,
    LOCALAPPDATA: String.raw`\\server\profiles\me`,
    XDG_CACHE_HOME: String.raw`E:\cache`,
    XDG_STATE_HOME: 'state',
  };
  const moved = findPlaces({ env, home, platform: 'win32' });
  assert.equal(moved.configFile, String.raw`D:\roaming\occ\config.json`);
  assert.equal(moved.stateDir, String.raw`\\server\profiles\me\occ`);
  assert.equal(moved.cacheDir, String.raw`E:\cache\occ`);
});

test('the places on macOS are those of XDG, as on Linux', () => {
  const env = { XDG_CACHE_HOME: '/Users/me/Library/Caches', APPDATA: '/ignored' };
  const [mac, linux] = (['darwin', 'linux'] as const).map((platform) =>
    findPlaces({ env, home: '/Users/me', platform }),
  );
  assert.deepEqual(mac, linux);
  assert.equal(mac?.configFile, '/Users/me/.config/occ/config.json');
  assert.equal(mac.cacheDir, '/Users/me/Library/Caches/occ');
});

test('PATH is split as the platform does it, whatever its case on Windows', () => {
  const path = String.raw`C:\bin;;C:\Program Files\x`;
  assert.deepEqual(searchPath({ Path: path }, 'win32'), [String.raw`C:\bin`, String.raw`C:\Program Files\x`]);
  assert.deepEqual(searchPath({ PATH: '/bin::/usr/bin:' }, 'darwin'), ['/bin', '/usr/bin']);
  assert.deepEqual(searchPath({ Path: '/bin' }, 'linux'), []);
  assert.deepEqual(searchPath({}, 'win32'), []);
});

test('what Windows lacks, and what each platform names', () => {
  const windows = platformOf('win32');
  assert.deepEqual(
    [windows.hasFileModes, windows.hasProcessGroups, windows.hasPosixShell],
    [false, false, false],
  );
  assert.equal(windows.claude, 'claude.exe');
  assert.match(windows.managedSettings, /^C:\\/);
  assert.match(windows.geminiSettings, /^C:\\/);
  assert.match(platformOf('darwin').managedSettings, /^\/Library\//);
  assert.match(platformOf('darwin').geminiSettings, /^\/Library\//);
  assert.match(platformOf('linux').managedSettings, /^\/etc\//);
  assert.equal(platformOf('freebsd'), platformOf('linux'));
  const commands = (['win32', 'darwin', 'linux'] as const).map((name) => platformOf(name).setClock);
  assert.equal(new Set(commands).size, 3);
});

test('an editor is found on each platform, and the file is one argument', () => {
  assert.deepEqual(chooseEditor({}, 'win32', true), { command: 'notepad' });
  const file = String.raw`C:\Users\my name\config.json`;
  assert.deepEqual(
    editorCommand({ command: 'code --wait' }, file, 'win32').args.at(-1),
    `code --wait "${file}"`,
  );
  assert.deepEqual(editorCommand({ command: 'vi' }, '/my name/c', 'darwin').args.at(-1), '/my name/c');
});

test('no other file of lib names a platform', () => {
  const root = fileURLToPath(new URL('../lib', import.meta.url));
  // The second chooses between modules that each belong to one platform.
  const own = new Set(['platform.ts', join('daemon', 'units', 'supervisor-for.ts')]);
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = all.filter((file) => file.endsWith('.ts') && !own.has(file));
  assert.ok(files.length > 100);
  const asking = files.filter((file) => /'(?:win32|darwin)'/.test(readFileSync(join(root, file), 'utf8')));
  assert.deepEqual(asking, []);
});
