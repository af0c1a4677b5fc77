/** One command on an empty machine: npx installs the package, the package installs Claude Code, and Claude Code works. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { version } from '../../lib/version.ts';
import { stretched } from '../support/limits.ts';
import { emptyMachine, traces, type Machine } from './machine.ts';

const prompt = 'Write a file hello.txt that says hello from occ, then read it back and tell me what it says.';
const job = ['launch', '--emulator', '--yes', '-p', prompt, '--permission-mode', 'acceptEdits'];

test('npx <package> launch works on an empty machine', async (t) => {
  await using machine = await emptyMachine();
  const before = traces();

  await t.test('the file is written, and the answer quotes it', async () => {
    const { code, stdout, stderr } = await machine.run('npx', ['--yes', machine.tarball, ...job]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /hello from occ/);
    assert.match(stderr, /^fetching Claude Code \S+ with npx \(about \d+ MB\)$/m);
    assert.equal(readFileSync(join(machine.work, 'hello.txt'), 'utf8').trim(), 'hello from occ');
  });

  await t.test('no installation script ran', () => {
    const commands = scriptsRun(machine);
    assert.ok(commands.runs > 0, 'npm writes a log for each run');
    assert.deepEqual(commands.scripts, []);
    const installed = packagesIn(folderOf(machine, 'occ-cli'));
    assert.deepEqual(Object.keys(installed).filter(Boolean), ['node_modules/occ-cli']);
    const withScripts = Object.entries(installed).filter(
      ([, { hasInstallScript }]) => hasInstallScript === true,
    );
    assert.deepEqual(withScripts, [], 'no package has an installation script');
  });

  await t.test('npx -c works as well', async () => {
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

  await t.test('an installed client starts without a network and without waiting for one', async () => {
    const occ = join(folderOf(machine, 'occ-cli'), '.bin', 'occ');
    const unreachable = 'http://127.0.0.1:9';
    const { code, stdout, stderr } = await machine.run(occ, ['launch', '--emulator', '--yes', '-p', 'hi'], {
      env: { https_proxy: unreachable, http_proxy: unreachable },
      // npm alone would retry for more than a minute before it starts the client.
      longestMs: stretched(45_000),
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /built-in emulator/);
  });

  await t.test('the run leaves no files elsewhere', () => {
    assert.deepEqual(readdirSync(machine.work), ['hello.txt']);
    assert.deepEqual(traces(), before);
    assert.ok(existsSync(join(machine.home, '.local/state/occ/occ.log')));
  });
});

for (const umask of ['022', '077']) {
  test(`npm install -g installs a working occ with umask ${umask}`, async () => {
    await using machine = await emptyMachine();
    const prefix = join(machine.folder, 'prefix');
    const install = `umask ${umask} && npm install -g --prefix ${prefix} ${machine.tarball}`;
    const installed = await machine.run('sh', ['-c', install]);
    assert.equal(installed.code, 0, installed.stderr);
    const env = { PATH: `${join(prefix, 'bin')}:${machine.path}` };
    assert.equal((await machine.run('sh', ['-c', 'occ --version'], { env })).stdout, `${version}\n`);
    const command = 'echo $ANTHROPIC_DEFAULT_OPUS_MODEL';
    const ran = await machine.run('sh', ['-c', `occ launch exec --emulator -- sh -c '${command}'`], { env });
    assert.deepEqual([ran.code, ran.stdout], [0, 'occ-opus\n'], ran.stderr);
  });
}

/** The installation scripts in npm's logs. The command that npx runs is not among them. */
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

/** The node_modules folder in which npx has installed the package. */
function folderOf({ home }: Machine, name: string): string {
  const npx = join(home, '.npm', '_npx');
  const folders = readdirSync(npx).map((folder) => join(npx, folder, 'node_modules'));
  return folders.find((folder) => existsSync(join(folder, name))) ?? '';
}

/** The packages in npm's lock file of that folder. */
function packagesIn(folder: string): Record<string, Installed> {
  const lock = readFileSync(join(folder, '.package-lock.json'), 'utf8');
  return (JSON.parse(lock) as { packages: Record<string, Installed> }).packages;
}
