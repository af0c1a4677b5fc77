/** `occ launch` with each client but Claude Code, which has tests of its own: fake programs in their place. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { clients, defaultClient } from '../../lib/clients/clients.ts';
import { automaticId } from '../../lib/proxy/policy/tiers.ts';
import { fakeClient, home } from './program.ts';

const key = 'sk-this-must-not-be-seen-anywhere';
const others = clients.filter((client) => client !== defaultClient);

/** Writes what lies below occ's folders for clients to stdout: the mode and the path of each. */
const listing = `
const below = (dir) => fs.existsSync(dir) ? fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
  const path = dir + '/' + entry.name;
  const mode = (fs.statSync(path).mode & 0o777).toString(8);
  return [mode + ' ' + path, ...(entry.isDirectory() ? below(path) : [])];
}) : [];
console.log(JSON.stringify(below(process.env.HOME + '/.local/state/occ/clients')));`;

/** Packages that hold the program itself, for clients whose program is not the script in `.bin`. */
const natives: Readonly<Record<string, readonly string[]>> = {
  copilot: ['@github/copilot-linux-x64/copilot'],
  opencode: ['opencode-linux-x64/bin/opencode', 'opencode-linux-x64-baseline/bin/opencode'],
};

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? [path].concat(filesBelow(path)) : [path];
  });
}

for (const client of others) {
  const { name, credentials } = client;
  const { program: command } = client.package;

  describe(`occ launch ${name}`, () => {
    test('ends as the client ended, with its arguments in order and the model of -m', async (t) => {
      const { program, run, seen } = home(t);
      program(command, fakeClient('process.exit(7)'));
      const { code, stderr } = await run([
        'launch',
        name,
        '--emulator',
        '-m',
        'default',
        'one',
        '--',
        '--two',
      ]);
      assert.equal(code, 7, stderr);
      const { argv, env } = seen();
      assert.deepEqual(argv.slice(-2), ['one', '--two']);
      assert.ok(JSON.stringify({ argv, env }).includes('emulator/emulator-chat'), 'the model is named');
    });

    test('without -m, requests the id for which occ picks the model', async (t) => {
      const { program, run, seen } = home(t);
      program(command, fakeClient(''));
      assert.equal((await run(['launch', name, '--emulator'])).code, 0);
      const { argv, env } = seen();
      assert.ok(JSON.stringify({ argv, env }).includes(automaticId));
    });

    test('the token and the keys are not in arguments, output or files; the keys not in the environment either', async (t) => {
      const { program, run, seen, dir } = home(t);
      program(command, fakeClient(listing));
      const own = Object.fromEntries(credentials.map((variable) => [variable, `${key}-${variable}`]));
      const { code, stdout, stderr } = await run(['launch', name], { ...own, OCC_API_KEY: key });
      assert.equal(code, 0, stderr);
      assert.equal((JSON.stringify(seen()) + stdout + stderr).includes(key), false);
      const { argv, env } = seen();
      const token = Object.values(env).find((value) => /^[\w-]{43}$/.test(value)) ?? '';
      assert.equal(token.length, 43, 'the token is in the environment');
      assert.equal(argv.join(' ').includes(token), false);
      for (const path of filesBelow(dir).filter((path) => !path.endsWith('seen.json'))) {
        const text = readIfFile(path);
        assert.equal(text.includes(token) || text.includes(key), false, path);
      }
    });

    test('--keep-env keeps the keys of providers', async (t) => {
      const { program, run, seen } = home(t);
      program(command, fakeClient(''));
      await run(['launch', name, '--keep-env'], { OCC_API_KEY: key });
      assert.equal(seen().env['OCC_API_KEY'], key);
    });

    test('its files are private, and go with the launch; nothing else in the home changes', async (t) => {
      const { program, run, dir } = home(t);
      program(command, fakeClient(listing));
      const before = filesBelow(dir);
      const { stdout, stderr } = await run(['launch', name, '--emulator']);
      const during = JSON.parse(stdout.trim()) as string[];
      for (const line of during) assert.match(line, /^(?:700 .*|600 .*\.js(?:on)?)$/);
      const fresh = filesBelow(dir).filter((path) => !before.includes(path));
      const [state, cache] = [join(dir, '.local/state/occ'), join(dir, '.cache/occ')];
      const isOwn = (path: string): boolean =>
        [state, cache].some((own) => path.startsWith(own) || own.startsWith(path));
      const elsewhere = fresh.filter((path) => !isOwn(path));
      assert.deepEqual(elsewhere, [join(dir, 'seen.json')], stderr);
      assert.deepEqual(filesBelow(join(state, 'clients')), []);
    });

    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      test(`its files are removed after ${signal}`, async (t) => {
        const { program, start, dir } = home(t);
        program(command, fakeClient(`console.log('ready'); setInterval(() => {}, 1000);`));
        const occ = start(['launch', name, '--emulator']);
        await occ.waitFor('ready');
        occ.kill(signal);
        assert.equal((await occ.ended).code, signal === 'SIGTERM' ? 143 : 129);
        assert.deepEqual(filesBelow(join(dir, '.local/state/occ/clients')), []);
      });
    }

    test('a launch removes what one that was killed has left, and nothing of one that runs', async (t) => {
      const { program, start, run, dir } = home(t);
      const folders = join(dir, '.local/state/occ/clients');
      program(command, fakeClient(`console.log('ready', process.pid); setInterval(() => {}, 1000);`));
      const [killed, running] = [
        start(['launch', name, '--emulator']),
        start(['launch', name, '--emulator']),
      ];
      await Promise.all([killed.waitFor('ready'), running.waitFor('ready')]);
      killed.kill('SIGKILL');
      // Its client does not notice, and keeps the pipes open.
      process.kill(Number(/ready (\d+)/.exec(killed.stdout())?.[1]), 'SIGKILL');
      await killed.ended;
      const usesFolder = filesBelow(folders).length > 0;
      program('other', fakeClient(''));
      await run(['launch', 'exec', '--emulator', '--', 'other']);
      const left = existsSync(folders) ? readdirSync(folders) : [];
      assert.deepEqual(
        left.map((folder) => folder.split('-')[1]),
        usesFolder ? [String(running.pid)] : [],
      );
      running.kill('SIGTERM');
      await running.ended;
    });

    test('the first line names the client and the model; nothing else is said in a pipe', async (t) => {
      const { program, run, write } = home(t);
      // Otherwise Gemini CLI has something to say of its sessions.
      write('.gemini/settings.json', '{}');
      program(command, fakeClient(''));
      const { stderr } = await run(['launch', name, '--emulator']);
      const { title } = client.package;
      assert.equal(
        stderr,
        `occ: ${title}: automatic → emulator-chat (emulator); log: ~/.local/state/occ/occ.log\n`,
      );
      assert.equal((await run(['launch', name, '--emulator', '--quiet'])).stderr, '');
    });

    test('a dry run prints the command, the variables and the files, and starts nothing', async (t) => {
      const { program, run, dir } = home(t);
      program(command, fakeClient(''));
      const { code, stdout } = await run(['launch', name, '--dry-run', '--json', 'hi'], { OCC_API_KEY: key });
      assert.equal(code, 0);
      const plan = JSON.parse(stdout) as {
        command: string;
        args: string[];
        env: Record<string, string>;
        removed: string[];
        files: { path: string; text?: string }[];
      };
      assert.equal(plan.command, join(dir, 'bin', command));
      assert.equal(plan.args.at(-1), 'hi');
      assert.ok(Object.values(plan.env).includes('•••'));
      assert.ok(plan.removed.includes('OCC_API_KEY'));
      for (const { path, text } of plan.files) {
        if (text !== undefined)
          assert.ok(path.endsWith('.json') ? JSON.parse(text) : text.includes('export default'));
      }
      assert.equal(existsSync(join(dir, 'seen.json')), false);
      assert.equal(existsSync(join(dir, '.local/state/occ')), false);
    });

    test('if it is missing, ends with 127 and the commands', async (t) => {
      const { run } = home(t);
      const { code, stderr } = await run(['launch', name, '--emulator']);
      assert.equal(code, 127);
      assert.ok(stderr.includes(`npm install -g --allow-scripts=${client.package.name} `), stderr);
      assert.ok(stderr.includes(`occ launch ${name} --yes`), stderr);
    });

    test('--yes fetches it with npx, which gets no key, and runs it without npm', async (t) => {
      const { run, program, write, seen, dir } = home(t);
      const modules = join(dir, 'cache/node_modules');
      write(`cache/node_modules/${client.package.name}/package.json`, '{}');
      for (const native of natives[name] ?? []) write(`cache/node_modules/${native}`, '');
      const installed = client.package.installed?.(modules) ?? join(modules, '.bin', command);
      mkdirSync(join(installed, '..'), { recursive: true });
      writeFileSync(installed, fakeClient('process.exit(5)'));
      chmodSync(installed, 0o755);
      program('npx', `#!/bin/sh\n(echo "$@"; env) >> ${dir}/npx.txt\necho ${modules}/.bin:$PATH\n`);
      const own = Object.fromEntries(credentials.map((variable) => [variable, key]));
      const { code, stderr } = await run(['launch', name, '--emulator', '--yes', 'hi'], own);
      assert.equal(code, 5, stderr);
      assert.equal(seen().argv.at(-1), 'hi');
      const asked = readFileSync(join(dir, 'npx.txt'), 'utf8');
      assert.ok(asked.includes(`--package=${client.package.name}@${client.package.versions} `), asked);
      assert.equal(asked.includes(key), false);
    });

    test('occ env --client prints what the client needs for the proxy of occ start, in each shell', async (t) => {
      const { start, run } = home(t);
      const missing = await run(['env', '--client', name]);
      assert.equal(missing.code, 3);
      const proxy = start(['start', '--foreground', '--port', '0', '--emulator']);
      await proxy.waitFor('Ctrl-C ends it');
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(proxy.stdout())?.[0] ?? '?';
      const own = Object.fromEntries(credentials.map((variable) => [variable, key]));
      const forms = { bash: /^export \w+=/m, fish: /^set -gx \w+ /m, powershell: /^\$env:\w+ = /m };
      for (const [shell, form] of Object.entries(forms)) {
        const { code, stdout } = await run(['env', '--client', name, '--shell', shell], {
          ...own,
          OCC_API_KEY: key,
        });
        assert.equal(code, 0);
        assert.match(stdout, form);
        assert.ok(stdout.includes(url), stdout);
        assert.equal(stdout.includes(key), false);
        assert.doesNotMatch(stdout, /OCC_API_KEY/, 'occ itself needs it in this shell');
        assert.ok(
          stdout.split('\n').every((line) => !line.includes('.local/state/occ/clients')),
          'no file',
        );
      }
      const json = JSON.parse((await run(['env', '--client', name, '--json'])).stdout) as {
        command: string[];
      };
      assert.equal(json.command[0], command);
      proxy.kill('SIGTERM');
      await proxy.ended;
    });

    test('--attach uses the proxy of occ start', async (t) => {
      const { start, run, program, seen } = home(t);
      program(command, fakeClient('process.exit(6)'));
      const proxy = start(['start', '--foreground', '--port', '0', '--emulator']);
      await proxy.waitFor('Ctrl-C ends it');
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(proxy.stdout())?.[0] ?? '?';
      const { code, stderr } = await run(['launch', name, '--attach']);
      assert.equal(code, 6, stderr);
      assert.ok(JSON.stringify(seen()).includes(url));
      proxy.kill('SIGTERM');
      await proxy.ended;
    });

    test('--auto-mode is refused', async (t) => {
      const { run } = home(t);
      const { code, stderr } = await run(['launch', name, '--emulator', '--auto-mode']);
      assert.equal(code, 2);
      assert.match(stderr, /--auto-mode is an option for Claude Code/);
    });
  });
}

test("what Gemini CLI keeps in the user's home stays in use, and stays after the launch", async (t) => {
  const { program, run, write, dir } = home(t);
  const note = write('.gemini/tmp/note', 'of the user');
  program(
    'gemini',
    fakeClient(`
const own = process.env.GEMINI_CLI_HOME + '/.gemini/';
console.log(fs.readFileSync(own + 'tmp/note', 'utf8'));
fs.writeFileSync(own + 'tmp/new', 'of the client');
fs.writeFileSync(own + 'settings.json', 'changed');`),
  );
  const settings = write('.gemini/settings.json', '{ "ui": {} }');
  const { code, stdout } = await run(['launch', 'gemini', '--emulator']);
  assert.equal(code, 0);
  assert.equal(stdout.trim(), 'of the user');
  assert.equal(readFileSync(note, 'utf8'), 'of the user');
  assert.equal(readFileSync(join(dir, '.gemini/tmp/new'), 'utf8'), 'of the client');
  assert.equal(readFileSync(settings, 'utf8'), '{ "ui": {} }');
});

test('Gemini CLI is started again when it asks for it, with its files; a code of its own ends the launch', async (t) => {
  const { program, run, write, dir } = home(t);
  write('.gemini/settings.json', '{}');
  const ran = join(dir, 'ran');
  program(
    'gemini',
    fakeClient(`
fs.accessSync(process.env.GEMINI_CLI_HOME + '/.gemini/settings.json');
fs.appendFileSync('${ran}', process.argv.slice(2).join(' ') + '\\n');
process.exit(fs.readFileSync('${ran}', 'utf8').split('\\n').length > 3 ? 5 : 199);`),
  );
  const { code } = await run(['launch', 'gemini', '--emulator', 'hi']);
  assert.equal(code, 5);
  assert.deepEqual(new Set(readFileSync(ran, 'utf8').trim().split('\n')), new Set(['--model occ-auto hi']));
  assert.equal(readFileSync(ran, 'utf8').trim().split('\n').length, 3);
});

test('any other client ends with the code 199 as with others', async (t) => {
  const { program, run } = home(t);
  program('codex', fakeClient('process.exit(199)'));
  assert.equal((await run(['launch', 'codex', '--emulator'])).code, 199);
});

test('--list names the clients, where each is, and its version without running it', async (t) => {
  const { run, program, write, dir } = home(t);
  program('gemini', '#!/bin/sh\nexit 9\n');
  write('lib/node_modules/@openai/codex/package.json', '{ "name": "@openai/codex", "version": "0.171.2" }');
  const installed = write('lib/node_modules/@openai/codex/bin/codex.js', `#!/bin/sh\ntouch ${dir}/ran\n`);
  chmodSync(installed, 0o755);
  symlinkSync(installed, join(dir, 'bin/codex'));
  const { code, stdout } = await run(['launch', '--list']);
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    clients.map(({ name }) => name),
  );
  assert.match(stdout, /^claude +Claude Code +not installed; npx can fetch ~2\.1\.\d+$/m);
  assert.match(stdout, /^codex +Codex +0\.171\.2 \(~\/bin\/codex\), tested with ~0\.171\.0$/m);
  assert.match(stdout, /^gemini +Gemini CLI +installed \(~\/bin\/gemini\)/m);
  assert.equal(existsSync(join(dir, 'ran')), false);
  const json = JSON.parse((await run(['launch', '--list', '--json'])).stdout) as {
    schema: number;
    clients: { name: string; state: string; version: string | null }[];
  };
  assert.equal(json.schema, 1);
  const states = json.clients.map(({ name, state, version }) => [name, state, version]);
  assert.deepEqual(states.slice(0, 1), [['claude', 'missing', null]]);
  assert.ok(
    states.some(
      ([name, state, version]) => name === 'codex' && state === 'installed' && version === '0.171.2',
    ),
  );
});

function readIfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
