import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { main } from '../../lib/cli.ts';

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

async function occ(args: string[], env: Record<string, string> = {}): Promise<Result> {
  const printed = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        printed[name] += chunk.toString();
        done();
      },
    });
  const system = {
    env,
    home: '/nonexistent/home',
    cwd: '/',
    platform: process.platform,
    stdin: new PassThrough(),
  };
  const code = await main(args, { ...system, stdout: sink('stdout'), stderr: sink('stderr') });
  return { code, ...printed };
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

for (const args of [['--version'], ['-V'], ['-q', '--version']]) {
  test(`occ ${args.join(' ')} prints only the version`, async () => {
    assert.deepEqual(await occ(args), { code: 0, stdout: `${version}\n`, stderr: '' });
  });
}

test('occ, occ help, -h and --help print the same help', async () => {
  const { stdout } = await occ([]);
  for (const args of [['help'], ['-h'], ['--help']])
    assert.deepEqual(await occ(args), { code: 0, stdout, stderr: '' });
});

const golden = new URL('./help.txt', import.meta.url);
const helps = [
  ['--help'],
  ['launch', '--help'],
  ['help', 'start'],
  ['stop', '-h'],
  ['restart', '-h'],
  ['status', '-h'],
  ['route', '-h'],
  ['models', '-h'],
  ['doctor', '-h'],
  ['env', '-h'],
  ['config', '-h'],
];

test('help fits 80 columns and matches help.txt', async () => {
  let text = '';
  for (const args of helps) {
    const { code, stdout, stderr } = await occ(args);
    assert.deepEqual([code, stderr], [0, '']);
    text += `$ occ ${args.join(' ')}\n${stdout}`;
  }
  assert.deepEqual(
    text.split('\n').filter((line) => line.length > 80),
    [],
  );
  if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});

test('every command in the help exists and has its own help', async () => {
  const { stdout } = await occ([]);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'occ');
  assert.ok(names.includes('launch') && names.includes('start'));
  for (const name of names.filter((name) => name !== 'help'))
    assert.match((await occ([name, '--help'])).stdout, new RegExp(`^Usage: occ ${name}`));
});

const misuses: [string[], RegExp][] = [
  [['lanch'], /unknown command 'lanch'[^]*Did you mean launch/],
  [['--nonsense'], /unknown option '--nonsense'/],
  [['start', '--nonsense'], /unknown option/],
  [['stop', '--timeout', 'soon'], /expected seconds/],
  [['env', '--shell', 'tcsh'], /Allowed choices are bash, fish, powershell/],
  [['start', '-f', '-p', 'x'], /0 to 65535/],
  [['start', '-f', '-p', '70000'], /0 to 65535/],
  [['launch', '-m'], /-m needs a value/],
  [['launch', 'exec'], /needs a program/],
  [['config', 'nonsense'], /unknown command/],
];

for (const [args, message] of misuses) {
  test(`occ ${args.join(' ')} is wrong usage`, async () => {
    const { code, stdout, stderr } = await occ(args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, message);
  });
}

test('config path, check and show print to stdout, with --json as JSON', async () => {
  assert.equal((await occ(['config', 'path'])).stdout, '/nonexistent/home/.config/occ/config.json\n');
  const env = { OCC_API_KEY: 'sk-not-to-be-seen', OCC_PORT: '4000' };
  const shown = await occ(['config', 'show', '--json'], env);
  const { schema, values } = JSON.parse(shown.stdout) as {
    schema: number;
    values: { path: string; value: unknown; origin: string }[];
  };
  assert.equal(schema, 1);
  assert.deepEqual(
    values.find(({ path }) => path === 'port'),
    { path: 'port', value: 4000, origin: 'env OCC_PORT' },
  );
  const plain = await occ(['--json', 'config', 'show'], env);
  assert.equal(plain.stdout, shown.stdout);
  assert.equal((shown.stdout + (await occ(['config', 'show'], env)).stdout).includes('sk-not'), false);
  const checked = await occ(['config', 'check']);
  assert.equal(checked.code, 0);
  assert.match(checked.stdout, /valid, but not ready: a key is missing/);
  assert.equal((await occ(['config', 'check', '-c', '/nonexistent/file.json'])).code, 78);
});

test('an unexpected error prints one line with the version and a hint, without a stack', async () => {
  const broken = new Writable({ write: (_chunk, _encoding, done) => done() });
  const stdin = new PassThrough();
  let stderr = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      stderr += chunk.toString();
      done();
    },
  });
  const env = new Proxy(
    {},
    {
      get: () => {
        throw new TypeError('a bug\nof two lines');
      },
    },
  );
  const system = {
    env,
    home: '/x',
    cwd: '/',
    platform: process.platform,
    stdin,
    stdout: broken,
    stderr: sink,
  };
  assert.equal(await main(['config', 'path'], system), 1);
  assert.equal(
    stderr,
    `occ ${version} failed unexpectedly: a bug\n  this is a bug in occ; run it again with occ --verbose to see where\n`,
  );
});

test('global options are accepted before and after a command', async () => {
  for (const args of [
    ['-q', 'config', 'path'],
    ['config', 'path', '-q'],
    ['config', 'path', '--quiet', '--no-color', '-v'],
  ])
    assert.deepEqual(await occ(args), {
      code: 0,
      stdout: '/nonexistent/home/.config/occ/config.json\n',
      stderr: '',
    });
});
