import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { hangMs, waitUntil } from '../support/limits.ts';
import { alive, fakeClient, home } from './program.ts';

const key = 'sk-this-must-not-be-seen-anywhere';

for (const code of [0, 7]) {
  test(`occ exits with the exit code ${code} of the client`, async (t) => {
    const { program, run } = home(t);
    program('claude', fakeClient(`process.exit(${code})`));
    assert.equal((await run(['launch', '--emulator'])).code, code);
  });
}

test('occ exits with 128 plus the number of the signal that ended the client', async (t) => {
  const { program, run } = home(t);
  program('claude', fakeClient(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`));
  assert.equal((await run(['launch', '--emulator'])).code, 143);
});

test('forwards SIGTERM, and exits as the client', async (t) => {
  const { program, start, seen } = home(t);
  program(
    'claude',
    fakeClient(`on('SIGTERM', () => process.exit(3)); console.log('ready'); setInterval(() => {}, 1000);`),
  );
  const occ = start(['launch', '--emulator']);
  await occ.waitFor('ready');
  occ.kill('SIGTERM');
  assert.equal((await occ.ended).code, 3);
  assert.deepEqual(seen().signals, ['SIGTERM']);
});

test('forwards SIGHUP', async (t) => {
  const { program, start } = home(t);
  program('claude', fakeClient(`console.log('ready'); setInterval(() => {}, 1000);`));
  const occ = start(['launch', '--emulator']);
  await occ.waitFor('ready');
  occ.kill('SIGHUP');
  assert.equal((await occ.ended).code, 129);
});

test('SIGINT neither ends occ nor is forwarded: the terminal sends it to the client too', async (t) => {
  const { program, start, seen } = home(t);
  program(
    'claude',
    fakeClient(
      `on('SIGINT'); on('SIGTERM', () => process.exit(0)); console.log('ready'); setInterval(() => {}, 1000);`,
    ),
  );
  const occ = start(['launch', '--emulator']);
  await occ.waitFor('ready');
  occ.kill('SIGINT');
  occ.kill('SIGINT');
  // The forwarded SIGTERM shows that occ was still running after two SIGINTs.
  occ.kill('SIGTERM');
  const { code, signal } = await occ.ended;
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  assert.deepEqual(seen().signals, ['SIGTERM']);
});

test('the proxy serves only its own client, and stops when the client ends', async (t) => {
  const { program, run, seen } = home(t);
  program(
    'claude',
    fakeClient(`
const ask = (token) => fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token },
  body: JSON.stringify({ model: 'occ-sonnet', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }),
});
(async () => {
  const own = await ask(process.env.ANTHROPIC_AUTH_TOKEN);
  const body = await own.json();
  const strange = await ask('guessed');
  console.log(own.status, body.type, body.model, strange.status);
})();`),
  );
  const { code, stdout } = await run(['launch', '--emulator', '-p', 'hi']);
  assert.equal(stdout.trim(), '200 message occ-sonnet 401');
  assert.equal(code, 0);
  await assert.rejects(fetch(`${seen().env['ANTHROPIC_BASE_URL']}/health`));
});

test('SIGKILL of occ closes the port, and leaves no record and no token on disk', async (t) => {
  const { program, start, seen, dir } = home(t);
  program('claude', fakeClient(`console.log('ready'); setTimeout(() => {}, ${hangMs});`));
  const occ = start(['launch', '--emulator']);
  await occ.waitFor('ready');
  const { pid, env } = seen();
  occ.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await occ.ended;
  await assert.rejects(fetch(`${env['ANTHROPIC_BASE_URL']}/health`));
  const token = env['ANTHROPIC_AUTH_TOKEN'] ?? '';
  assert.ok(token.length >= 43, 'at least 256 bits');
  for (const file of filesBelow(dir).filter((file) => !file.endsWith('seen.json'))) {
    assert.equal(readFileSync(file, 'utf8').includes(token), false, file);
  }
});

test('two simultaneous launches have different tokens', async (t) => {
  const [one, two] = [home(t), home(t)];
  for (const { program } of [one, two]) program('claude', fakeClient(''));
  await Promise.all([one.run(['launch', '--emulator']), two.run(['launch', '--emulator'])]);
  assert.notEqual(one.seen().env['ANTHROPIC_AUTH_TOKEN'], two.seen().env['ANTHROPIC_AUTH_TOKEN']);
});

test("a key is neither in the client's environment nor in its arguments, nor in output or log", async (t) => {
  const { program, run, seen, dir } = home(t);
  program('claude', fakeClient(''));
  const { code, stdout, stderr } = await run(['launch', '-p', 'hi'], {
    OCC_API_KEY: key,
    ANTHROPIC_API_KEY: `${key}-2`,
  });
  assert.equal(code, 0);
  assert.equal(JSON.stringify(seen()).includes(key), false);
  assert.equal((stdout + stderr).includes(key), false);
  for (const file of filesBelow(dir)) assert.equal(readFileSync(file, 'utf8').includes(key), false, file);
  const { argv, env } = seen();
  assert.equal(argv.join(' ').includes(env['ANTHROPIC_AUTH_TOKEN'] ?? '?'), false);
});

test('--keep-env keeps the key in the environment', async (t) => {
  const { program, run, seen } = home(t);
  program('claude', fakeClient(''));
  await run(['launch', '--keep-env'], { OCC_API_KEY: key });
  assert.equal(seen().env['OCC_API_KEY'], key);
});

test('the first line shows the models and the log; there is no other line in a pipe, and none with --quiet', async (t) => {
  const { program, run } = home(t);
  program('claude', fakeClient(''));
  const { stderr, stdout } = await run(['launch', '--emulator']);
  const tiers = 'opus, sonnet, haiku, fable → emulator-chat (emulator)';
  assert.equal(stderr, `occ: ${tiers}; log: ~/.local/state/occ/occ.log\n`);
  assert.equal(stdout, '');
  assert.equal((await run(['launch', '--emulator', '--quiet'])).stderr, '');
});

test('prints no colour to a pipe; NO_COLOR and --no-color override FORCE_COLOR', async (t) => {
  const { program, run } = home(t);
  program('claude', fakeClient(''));
  const colour = async (args: string[], env: Record<string, string>): Promise<boolean> =>
    (await run(['launch', '--emulator', ...args], env)).stderr.includes('\u001b[');
  assert.equal(await colour([], {}), false);
  assert.equal(await colour([], { FORCE_COLOR: '1' }), true);
  assert.equal(await colour([], { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(await colour(['--no-color'], { FORCE_COLOR: '1' }), false);
});

test('without a key, exits with 78 and names the variable, without starting the client', async (t) => {
  const { program, run, dir } = home(t);
  program('claude', fakeClient(''));
  const { code, stderr } = await run(['launch']);
  assert.equal(code, 78);
  assert.match(stderr, /OCC_API_KEY/);
  assert.equal(existsSync(join(dir, 'seen.json')), false);
});

test('a missing variable in auth_token does not matter to a launch', async (t) => {
  const { program, run, seen, write } = home(t);
  program('claude', fakeClient(''));
  const config = write('config.json', '{ "auth_token": "${NOBODY_SET_THIS}" }');
  const { code, stderr } = await run(['launch', '--config', config], { OCC_API_KEY: key });
  assert.equal(code, 0, stderr);
  assert.equal(seen().env['ANTHROPIC_AUTH_TOKEN']?.length, 43);
});

test('an invalid configuration exits with 78 and names the path', async (t) => {
  const { program, run, write } = home(t);
  program('claude', fakeClient(''));
  const config = write(
    'broken.json',
    '{ "models": { "default": { "provider": "nobody", "model_id": "x" } } }',
  );
  const { code, stderr } = await run(['launch', '--config', config]);
  assert.equal(code, 78);
  assert.match(stderr, /models\.default\.provider/);
});

test('an invalid proxy variable does not change the exit code of a launch', async (t) => {
  const { run } = home(t);
  for (const HTTPS_PROXY of ['proxy.corp:8080', 'socks5://127.0.0.1:1', 'no url at all']) {
    const { code, signal } = await run(['launch', '--emulator', 'exec', '--', 'sh', '-c', 'exit 5'], {
      HTTPS_PROXY,
    });
    assert.deepEqual([code, signal], [5, null], HTTPS_PROXY);
  }
});

test('ignores a PATH entry that is a file', async (t) => {
  const { run } = home(t);
  const { code } = await run(['launch', '--emulator'], { PATH: '/etc/passwd:/usr/bin:/bin' });
  assert.equal(code, 127);
});

test('without claude and without a terminal, exits with 127 and prints the install command', async (t) => {
  const { run } = home(t);
  const { code, stderr } = await run(['launch', '--emulator']);
  assert.equal(code, 127);
  assert.match(stderr, /npm install -g .*@anthropic-ai\/claude-code/);
});

test('a claude that is not executable exits with 126', async (t) => {
  const { run, program } = home(t);
  program('claude', 'nothing', 0o644);
  const { code, stderr } = await run(['launch', '--emulator']);
  assert.equal(code, 126);
  assert.match(stderr, /permission denied/);
});

test('--yes fetches the client with npx, and runs it without npm', async (t) => {
  const { run, program, write, seen, dir } = home(t);
  const native = write(
    'cache/node_modules/@anthropic-ai/claude-code-some-platform/claude',
    fakeClient('process.exit(5)'),
  );
  write('cache/node_modules/@anthropic-ai/claude-code/package.json', '{}');
  program('npx', `#!/bin/sh\necho "$@" >> ${dir}/npx.txt\necho ${dir}/cache/node_modules/.bin:$PATH\n`);
  chmodSync(native, 0o755);
  const { code } = await run(['launch', '--emulator', '--yes', '-p', 'hi']);
  assert.equal(code, 5);
  assert.deepEqual(seen().argv.slice(-2), ['-p', 'hi']);
  const asked = readFileSync(join(dir, 'npx.txt'), 'utf8').trim().split('\n');
  assert.deepEqual(asked, [
    '-y --ignore-scripts --include=optional --prefer-offline --loglevel=error --package=@anthropic-ai/claude-code@~2.1.330 -- node -p process.env.PATH',
  ]);
});

test('npx runs in the home directory, without the variables of the npx that runs occ', async (t) => {
  const { run, program, write, seen, dir } = home(t);
  const person = dirname(write('person/.npmrc', ''));
  const native = write('cache/node_modules/@anthropic-ai/claude-code-some-platform/claude', fakeClient(''));
  write('cache/node_modules/@anthropic-ai/claude-code/package.json', '{}');
  program('npx', `#!/bin/sh\n(pwd; env) > ${dir}/npx.txt\necho ${dir}/cache/node_modules/.bin:$PATH\n`);
  chmodSync(native, 0o755);
  const { code } = await run(['launch', '--emulator', '--yes'], {
    HOME: person,
    npm_lifecycle_event: 'npx',
    npm_config_call: 'occ launch --emulator',
    npm_config_registry: 'http://127.0.0.1:9/',
  });
  assert.equal(code, 0);
  const [cwd, ...env] = readFileSync(join(dir, 'npx.txt'), 'utf8').trim().split('\n');
  assert.equal(cwd, person);
  const npm = env.filter((line) => line.startsWith('npm_'));
  assert.deepEqual(npm, ['npm_config_registry=http://127.0.0.1:9/']);
  assert.equal(seen().env['npm_config_call'], undefined);
});

test('a replacement of npx runs the client itself', async (t) => {
  const { run, program, seen } = home(t);
  program('npx', fakeClient('process.exit(4)'));
  assert.equal((await run(['launch', '--emulator', '--yes', '-p', 'hi'])).code, 4);
  const { argv } = seen();
  assert.deepEqual(argv.slice(0, 3), [
    '-y',
    '--allow-scripts=@anthropic-ai/claude-code',
    '@anthropic-ai/claude-code@~2.1.330',
  ]);
  assert.deepEqual(argv.slice(-2), ['-p', 'hi']);
});

test('npx gets no provider key', async (t) => {
  const { dir, program, run } = home(t);
  program('npx', `#!/bin/sh\nenv > ${dir}/npx.env\nexit 1\n`);
  await run(['launch', '--emulator', '--yes'], { OPENCODE_API_KEY: 'sk-mine', ANTHROPIC_API_KEY: 'sk-too' });
  assert.doesNotMatch(readFileSync(join(dir, 'npx.env'), 'utf8'), /sk-mine|sk-too/);
});

test('a signal during the fetch ends both occ and npx', async (t) => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const { dir, program, start } = home(t);
    program('npx', `#!/bin/sh\necho $$ > ${dir}/npx.pid\nexec sleep 30\n`);
    const occ = start(['launch', '--emulator', '--yes']);
    const file = join(dir, 'npx.pid');
    await waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'), 'npx to start');
    occ.kill(signal);
    assert.equal((await occ.ended).code, code);
    const pid = Number(readFileSync(file, 'utf8'));
    await waitUntil(() => !alive(pid), 'npx to end');
  }
});

test('if npm cannot fetch the client, prints its error and exits with 127, without a retry', async (t) => {
  const { run, program, dir } = home(t);
  program('npx', `#!/bin/sh\necho asked >> ${dir}/npx.txt\necho 'npm error code ENOTFOUND' >&2\nexit 1\n`);
  const { code, stderr } = await run(['launch', '--emulator', '--yes']);
  assert.equal(code, 127);
  assert.match(stderr, /npm error code ENOTFOUND[^]*npm install -g/);
  assert.equal(readFileSync(join(dir, 'npx.txt'), 'utf8'), 'asked\n');
});

test('another program gets the variables and only its own arguments', async (t) => {
  const { run, program, seen } = home(t);
  program('agent', fakeClient('process.exit(9)'));
  assert.equal((await run(['launch', 'exec', '--emulator', '--', 'agent', '-m', 'x', '--emulator'])).code, 9);
  assert.deepEqual(seen().argv, ['-m', 'x', '--emulator']);
  assert.match(seen().env['ANTHROPIC_BASE_URL'] ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await run(['launch', 'exec', '--emulator', '--', 'no-such-program'])).code, 127);
  assert.equal((await run(['launch', 'exec', '--emulator'])).code, 2);
});

test('a dry run prints to stdout, starts nothing, and masks secrets', async (t) => {
  const { run, program, dir } = home(t);
  program('claude', fakeClient(''));
  const { code, stdout } = await run(['launch', '--dry-run', '--json', '-p', 'hi'], { OCC_API_KEY: key });
  assert.equal(code, 0);
  const plan = JSON.parse(stdout) as {
    schema: number;
    command: string;
    args: string[];
    env: Record<string, string>;
    removed: string[];
  };
  assert.equal(plan.schema, 1);
  assert.equal(plan.command, join(dir, 'bin/claude'));
  assert.deepEqual(plan.args.slice(-2), ['-p', 'hi']);
  assert.equal(plan.env['ANTHROPIC_AUTH_TOKEN'], '•••');
  assert.deepEqual(plan.removed, ['OCC_API_KEY']);
  assert.equal(existsSync(join(dir, 'seen.json')), false);
  assert.equal(existsSync(join(dir, '.local/state/occ')), false);
});

test("the user's --settings file is merged into the inline settings", async (t) => {
  const { run, program, seen, write } = home(t);
  program('claude', fakeClient(''));
  write(
    'mine.json',
    JSON.stringify({ theme: 'light', env: { ANTHROPIC_BASE_URL: 'https://other.example' } }),
  );
  const { stderr } = await run(['launch', '--emulator', '--settings', 'mine.json', '-p', 'hi']);
  const { argv } = seen();
  assert.equal(argv.filter((word) => word === '--settings').length, 1);
  const inline = JSON.parse(argv[argv.indexOf('--settings') + 1] ?? '') as {
    theme: string;
    env: Record<string, string>;
  };
  assert.equal(inline.theme, 'light');
  assert.equal(inline.env['ANTHROPIC_BASE_URL'], undefined);
  assert.match(stderr, /ANTHROPIC_BASE_URL in your --settings is ignored/);
  assert.equal((await run(['launch', '--emulator', '--settings', 'missing.json'])).code, 2);
});

test('reports conflicting settings, and does not change the files', async (t) => {
  const { run, program, write } = home(t);
  program('claude', fakeClient(''));
  const text = '{ "env": { "ANTHROPIC_BASE_URL": "https://other.example" }, "apiKeyHelper": "echo x" }';
  const file = write('.claude/settings.json', text);
  const { stderr } = await run(['launch', '--emulator']);
  assert.match(stderr, /~\/\.claude\/settings\.json sets ANTHROPIC_BASE_URL, apiKeyHelper/);
  assert.equal(readFileSync(file, 'utf8'), text);
});

test('says once for each model that the client has stored it as its default', async (t) => {
  const { program, run, write } = home(t);
  const store = (model: string): void => {
    const text = JSON.stringify({ model });
    program('claude', fakeClient(`fs.writeFileSync(process.env.HOME + '/.claude/settings.json', '${text}')`));
  };
  const said = async (): Promise<string> =>
    (await run(['launch', '--emulator'])).stderr.trimEnd().split('\n').slice(1).join('\n');
  write('.claude/settings.json', '{}');
  store('occ-opus[1m]');
  assert.match(
    await said(),
    /stored "occ-opus".*occ launch -m opus.*remove the line "model" from ~\/\.claude\//,
  );
  assert.equal(await said(), '');
  store('emulator/emulator-chat');
  assert.match(await said(), /stored "emulator\/emulator-chat".*occ use emulator\/emulator-chat/);
  assert.equal(await said(), '');
  store('opus');
  assert.equal(await said(), '');
});

for (const [what, args, code] of [
  ['a misspelt option', ['--emulater'], 2],
  ['an option without its value', ['--emulator', '-m'], 2],
  ['--config without its value', ['--emulator', '--config'], 2],
  ['an unknown model', ['--emulator', '-m', 'no-such-model'], 2],
  ['--settings that cannot be read', ['--emulator', '--settings', 'missing.json'], 2],
  ['a background session', ['--emulator', '--bg', 'do it'], 2],
  ['a background session after --', ['--emulator', '--', '--background', 'do it'], 2],
  ['the view of background sessions', ['--emulator', 'claude', 'agents', '--json'], 2],
  ['a command about a background session', ['--emulator', 'attach', '1fa6f8e2'], 2],
  ['a configuration file that is missing', ['--emulator', '--config', 'missing.json'], 78],
] as const) {
  test(`${what} is refused before anything is fetched or started`, async (t) => {
    const { dir, program, run } = home(t);
    program('npx', `#!/bin/sh\ntouch ${dir}/fetched\nexit 1\n`);
    const { code: ended, stdout } = await run(['launch', '--yes', ...args]);
    assert.equal(ended, code);
    assert.equal(stdout, '');
    assert.equal(existsSync(join(dir, 'fetched')), false);
    assert.equal(existsSync(join(dir, '.local/state/occ/occ.log')), false);
  });
}

test('what needs a proxy that stays is refused with the commands that work', async (t) => {
  const { program, run } = home(t);
  const refusal = async (...args: string[]): Promise<string> =>
    (await run(['launch', '--emulator', ...args])).stderr;
  assert.match(await refusal('--bg', 'do it'), /^ *occ start\n *occ launch --attach --bg 'do it'$/m);
  assert.match(await refusal('agents', '--cwd', '/x'), /^ *occ launch --attach agents --cwd \/x$/m);
  assert.match(await refusal('stop', '1fa6f8e2'), /^ *npx .*claude-code@\S+ stop 1fa6f8e2$/m);
  program('claude', '#!/bin/sh\nexit 9\n');
  assert.match(await refusal('stop', '1fa6f8e2'), /^ *claude stop 1fa6f8e2$/m);
});

test('a client that npx has fetched before is run without npx, and no fetch is announced', async (t) => {
  const { run, program, write, seen, dir } = cached(home(t));
  program('npx', `#!/bin/sh\ntouch ${dir}/fetched\nexit 1\n`);
  const launch = () => run(['launch', '--emulator', '--yes']);
  const { code, stderr } = await launch();
  assert.equal(code, 6, stderr);
  assert.deepEqual(seen().argv.slice(-2), ['--model', 'occ-sonnet']);
  assert.doesNotMatch(stderr, /fetch/);
  assert.equal(existsSync(join(dir, 'fetched')), false);
  // Another version is not the one that occ asks npx for.
  write('.npm/_npx/1/node_modules/@anthropic-ai/claude-code/package.json', '{ "version": "2.2.0" }');
  await launch();
  assert.equal(existsSync(join(dir, 'fetched')), true);
});

/** A home with a client in npm's cache, in a tested version. */
function cached(at: ReturnType<typeof home>): ReturnType<typeof home> {
  const modules = '.npm/_npx/1/node_modules';
  const native = at.write(
    `${modules}/@anthropic-ai/claude-code-some-platform/claude`,
    fakeClient('process.exit(6)'),
  );
  at.write(`${modules}/@anthropic-ai/claude-code/package.json`, '{ "version": "2.1.999" }');
  at.write(`${modules}/.package-lock.json`, '{}');
  chmodSync(native, 0o755);
  return at;
}

test('a variable in a --settings file wins over the settings file of the user, in a file of its own', async (t) => {
  const { run, program, seen, write, dir } = home(t);
  program(
    'claude',
    fakeClient(`
const file = process.argv[process.argv.indexOf('--settings') + 1];
console.log(fs.readFileSync(file, 'utf8'));
console.log((fs.statSync(file).mode & 0o777).toString(8));`),
  );
  write('.claude/settings.json', '{ "env": { "MINE": "from the user file" } }');
  write('mine.json', '{ "env": { "MINE": "from the flag" } }');
  const { stdout } = await run(['launch', '--emulator', '--settings', 'mine.json']);
  const [text = '', mode] = stdout.trim().split('\n');
  assert.equal((JSON.parse(text) as { env: Record<string, string> }).env['MINE'], 'from the flag');
  assert.equal(mode, '600');
  assert.equal(seen().argv.join(' ').includes('from the flag'), false);
  assert.deepEqual(
    readdirSync(join(dir, '.local/state/occ')).filter((name) => name.startsWith('settings')),
    [],
  );
});

test('an unknown model and an option without its value exit with 2', async (t) => {
  const { run, program } = home(t);
  program('claude', fakeClient(''));
  assert.equal((await run(['launch', '--emulator', '-m', 'no-such-model'])).code, 2);
  assert.equal((await run(['launch', '-m'])).code, 2);
  assert.equal((await run(['launch', '--attach'])).code, 3);
});

test('only the owner can read the log, and it contains no text', async (t) => {
  const { run, program, dir } = home(t);
  program(
    'claude',
    fakeClient(
      `fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', body: JSON.stringify({ model: 'x', max_tokens: 9, messages: [{ role: 'user', content: 'secret words' }] }), headers: { 'x-api-key': process.env.ANTHROPIC_AUTH_TOKEN, 'content-type': 'application/json' } }).then((answer) => answer.text())`,
    ),
  );
  await run(['launch', '--emulator']);
  const log = join(dir, '.local/state/occ/occ.log');
  assert.equal(statSync(log).mode & 0o777, 0o600);
  assert.equal(statSync(join(dir, '.local/state/occ')).mode & 0o777, 0o700);
  assert.match(readFileSync(log, 'utf8'), /"event":"attempt"/);
  assert.equal(readFileSync(log, 'utf8').includes('secret words'), false);
});

test('the client ends with its launch', async (t) => {
  const { program, start, seen } = home(t);
  program('claude', fakeClient(`console.log('ready'); setInterval(() => {}, 1000);`));
  const occ = start(['launch', '--emulator']);
  await occ.waitFor('ready');
  const { pid } = seen();
  assert.equal(alive(pid), true);
  occ.kill('SIGTERM');
  await occ.ended;
  assert.equal(alive(pid), false);
});

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
