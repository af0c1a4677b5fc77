/** One command on a machine that has nothing: npx fetches the package, the package fetches Claude Code, the work is done. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { version } from '../../lib/version.ts';
import { emptyMachine, traces, type Machine } from './machine.ts';

const prompt = 'Write a file hello.txt that says hello from occ, then read it back and tell me what it says.';
const job = ['launch', '--emulator', '--yes', '-p', prompt, '--permission-mode', 'acceptEdits'];

test('npx <package> launch does the main job on an empty machine', async (t) => {
  await using machine = await emptyMachine();
  const before = traces();

  await t.test('the file is on disk, and the answer tells what it says', async () => {
    const { code, stdout, stderr } = await machine.run('npx', ['--yes', machine.tarball, ...job]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /hello from occ/);
    assert.match(stderr, /^fetching @anthropic-ai\/claude-code@\S+ with npx$/m);
    assert.equal(readFileSync(join(machine.work, 'hello.txt'), 'utf8').trim(), 'hello from occ');
  });

  await t.test('neither installation ran a script', () => {
    const commands = scriptsRun(machine);
    assert.ok(commands.runs > 0, 'npm keeps a log of each run');
    assert.deepEqual(commands.scripts, []);
    const installed = packagesIn(folderOf(machine, 'occ-cli'));
    assert.ok('node_modules/undici' in installed);
    const wanting = Object.entries(installed).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    assert.deepEqual(wanting, [], 'no package of the tree has one');
  });

  await t.test('npx -c, whose words npm hands on, works as well', async () => {
    const command = `occ launch --emulator --yes -p "hi"`;
    const { code, stdout, stderr } = await machine.run('npx', [
      '--yes',
      '-p',
      machine.tarball,
      '-c',
      command,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /built-in emulator/);
  });

  await t.test('what has been fetched is run without a network, and without waiting for one', async () => {
    const occ = join(folderOf(machine, 'occ-cli'), '.bin', 'occ');
    const nowhere = 'http://127.0.0.1:9';
    const { code, stdout, stderr } = await machine.run(occ, ['launch', '--emulator', '--yes', '-p', 'hi'], {
      env: { https_proxy: nowhere, http_proxy: nowhere },
      // npm alone would try for more than a minute, and then run it after all.
      longestMs: 45_000,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /built-in emulator/);
  });

  await t.test('nothing of the run is left anywhere else', () => {
    assert.deepEqual(readdirSync(machine.work), ['hello.txt']);
    assert.deepEqual(traces(), before);
    assert.ok(existsSync(join(machine.home, '.local/state/occ/occ.log')));
  });
});

for (const umask of ['022', '077']) {
  test(`npm install -g puts a working occ on PATH where the umask is ${umask}`, async () => {
    await using machine = await emptyMachine();
    const prefix = join(machine.folder, 'prefix');
    const install = `umask ${umask} && npm install -g --prefix ${prefix} ${machine.tarball}`;
    const installed = await machine.run('sh', ['-c', install]);
    assert.equal(installed.code, 0, installed.stderr);
    const env = { PATH: `${join(prefix, 'bin')}:${machine.path}` };
    assert.equal((await machine.run('sh', ['-c', 'occ --version'], { env })).stdout, `${version}\n`);
    const said = 'echo $ANTHROPIC_DEFAULT_OPUS_MODEL';
    const ran = await machine.run('sh', ['-c', `occ launch exec --emulator -- sh -c '${said}'`], { env });
    assert.deepEqual([ran.code, ran.stdout], [0, 'occ-opus\n'], ran.stderr);
  });
}

/** The scripts npm ran, by its own logs: what npx was asked to run is none. */
function scriptsRun({ home }: Machine): { runs: number; scripts: string[] } {
  const logs = join(home, '.npm', '_logs');
  const texts = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  const scripts = texts.flatMap((text) =>
    text.split('\n').filter((line) => /^\d+ info run \S+@\S+ \w+ /.test(line)),
  );
  return { runs: texts.length, scripts };
}

interface Installed {
  hasInstallScript?: boolean;
}

/** The folder of packages in which npx has installed that one. */
function folderOf({ home }: Machine, name: string): string {
  const npx = join(home, '.npm', '_npx');
  const folders = readdirSync(npx).map((folder) => join(npx, folder, 'node_modules'));
  return folders.find((folder) => existsSync(join(folder, name))) ?? '';
}

/** By the lock file that npm keeps there. */
function packagesIn(folder: string): Record<string, Installed> {
  const lock = readFileSync(join(folder, '.package-lock.json'), 'utf8');
  return (JSON.parse(lock) as { packages: Record<string, Installed> }).packages;
}
