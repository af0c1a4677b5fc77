import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { main } from '../../lib/cli.ts';
import { occ } from './run-main.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

for (const args of [['--version'], ['-V'], ['-q', '--version']]) {
  test(`occ ${args.join(' ')} prints only the version`, async () => {
    assert.deepEqual(await occ(args), { code: 0, stdout: `${version}\n`, stderr: '' });
  });
}

test('config path, check and show print to stdout, with --json as JSON', async () => {
  assert.equal((await occ(['config', 'path'])).stdout, '/nonexistent/home/.config/occ/config.json\n');
  const env = { OCC_API_KEY: 'sk-not-to-be-seen', OCC_PORT: '4000' };
  const shown = await occ(['config', 'show', '--json'], { env });
  const { schema, values } = JSON.parse(shown.stdout) as {
    schema: number;
    values: { path: string; value: unknown; origin: string }[];
  };
  assert.equal(schema, 1);
  assert.deepEqual(
    values.find(({ path }) => path === 'port'),
    { path: 'port', value: 4000, origin: 'env OCC_PORT', section: 'connection' },
  );
  const plain = await occ(['--json', 'config', 'show'], { env });
  assert.equal(plain.stdout, shown.stdout);
  assert.equal((shown.stdout + (await occ(['config', 'show'], { env })).stdout).includes('sk-not'), false);
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
    `occ: unexpected error: a bug (occ ${version})\n  this is a bug in occ; run the command again with --verbose to see where, and report it\n`,
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
