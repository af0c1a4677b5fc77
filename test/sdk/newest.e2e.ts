/**
 * The newest SDKs of OpenAI and Google, which need a newer Node than occ does: the tests that use them as clients of the proxy
 * run with these, too. The tests are compiled into the folder of the fetched packages, where Node finds those before occ's own.
 */
import assert from 'node:assert/strict';
import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, bundled } from '../bundle.mjs';
import { nodeFor } from '../e2e/fetched.ts';
import { npmWith, run, type Ran } from './fetched.ts';

const packages = { openai: '7.59.0', '@google/genai': '3.3.0' };

const files = [
  'test/sdk/grid.test.ts',
  'test/sdk/errors.test.ts',
  'test/proxy/chat-clients.test.ts',
  'test/proxy/gemini-clients.test.ts',
  'test/wire/gemini/served/endpoints.test.ts',
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = Object.keys(packages);
const specs = Object.entries(packages).map(([name, version]) => `${name}@${version}`);

/** The folder of the newest SDKs and the Node that runs them, or why there are none. */
async function newest(): Promise<{ folder: string; node: string } | { why: string }> {
  const got = await npmWith(specs);
  if ('why' in got) return got;
  const folder = realpathSync(join(got.bin, '../..'));
  const { least, folder: bin } = nodeFor(join(folder, 'node_modules/openai/package.json'));
  if (bin === undefined) return { why: `needs Node ${least}, which npm cannot fetch` };
  return { folder, node: join(bin, 'node') };
}

/** Compiles the files; returns the folder. */
async function compiled(within: string, options: Parameters<typeof bundle>[2]): Promise<string> {
  const folder = join(within, `.test-build/newest-${process.pid}`);
  await bundle(files, folder, options);
  return folder;
}

/** Each file begins by printing where it finds the packages. */
const banner = names
  .map((name) => `console.log(${JSON.stringify(name)}, import.meta.resolve(${JSON.stringify(name)}));`)
  .join('');

/** Runs a file without the variables of the runner of this file. */
function runFile(node: string, args: readonly string[]): Promise<Ran> {
  return run(node, ['--enable-source-maps', ...args], {
    cwd: root,
    env: { TMPDIR: process.env['TMPDIR'] ?? '/tmp' },
  });
}

const got = await newest();
const skip = 'why' in got;
const why = 'why' in got ? ` (skipped: ${got.why})` : '';
describe(`${specs.join(' and ')}${why}`, { skip, concurrency: true }, () => {
  let counting = '';
  let folder = '';
  before(async () => {
    assert.ok('node' in got);
    const alias = { 'node:test': join(root, 'test/sdk/declared.mjs') };
    [counting, folder] = await Promise.all([compiled(root, { alias }), compiled(got.folder, { banner })]);
  });
  after(() => {
    for (const one of [counting, folder]) rmSync(one, { recursive: true, force: true });
  });

  for (const file of files)
    test(`every test of ${file} runs and passes`, async () => {
      assert.ok('node' in got);
      const packagesAt = pathToFileURL(join(got.folder, 'node_modules/')).href;
      const declared = await runFile(process.execPath, [bundled(counting, file)]);
      const { code, stdout, stderr } = await runFile(got.node, [
        `--test-reporter=${join(root, 'test/reporter.mjs')}`,
        bundled(folder, file),
      ]);
      assert.equal(code, 0, stdout + stderr);
      const lines = stdout.trimEnd().split('\n');
      for (const name of names)
        assert.ok(
          lines.some((line) => line.startsWith(`${name} ${packagesAt}${name}/`)),
          `${name} is not that of ${packagesAt}:\n${stdout}`,
        );
      const tests = Number(declared.stdout);
      assert.ok(tests > 0, declared.stdout + declared.stderr);
      assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), { tests, passed: tests, failed: 0, skipped: 0 });
    });
});
