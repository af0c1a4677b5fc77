/** What Node.js 20 keeps of the compiled program, and what happens where it cannot be used. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { waitUntil } from '../support/limits.ts';
import { home, type Home } from './program.ts';

const skip =
  ('enableCompileCache' in nodeModule && 'this Node.js has a compile cache of its own') ||
  (process.env['OCC_FROM_SOURCES'] !== undefined && 'only the built program has chunks');

/** The paths of all files below the folder of the compiled code. */
function compiled({ dir }: Home): string[] {
  const folder = join(dir, '.cache/occ/compiled');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** A file that is replaced gets another number. */
const numbersOf = (files: readonly string[]): number[] => files.map((file) => statSync(file).ino);

describe('compiled chunks', { skip }, () => {
  test('the second run accepts them, and prints the same', async (t) => {
    const at = home(t);
    const first = await at.run(['config', 'path']);
    assert.equal(first.code, 0, first.stderr);
    const files = compiled(at);
    assert.ok(files.length > 3, files.join('\n'));
    for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600, file);
    const before = numbersOf(files);
    assert.deepEqual(await at.run(['config', 'path']), first);
    assert.deepEqual(numbersOf(files), before);
  });

  const damages: Record<string, (file: Buffer) => Buffer> = {
    'an empty file': () => Buffer.alloc(0),
    'a shortened file': (file) => file.subarray(0, file.length / 2),
    'a file with a changed byte': (file) => Buffer.from(file).fill(~(file[100] ?? 0), 100, 101),
  };
  for (const [what, damage] of Object.entries(damages)) {
    test(`${what} is replaced`, async (t) => {
      const at = home(t);
      const first = await at.run(['config', 'path']);
      const files = compiled(at);
      const damaged = files.map((file) => damage(readFileSync(file)));
      for (const [index, file] of files.entries()) writeFileSync(file, damaged[index] ?? '');
      assert.deepEqual(await at.run(['config', 'path']), first);
      for (const [index, file] of files.entries())
        assert.notDeepEqual(readFileSync(file), damaged[index], file);
    });
  }

  test('a program that can keep nothing runs', async (t) => {
    const at = home(t);
    at.write('.cache', 'a file in the place of the folder');
    const { code, stderr } = await at.run(['config', 'path', '--quiet']);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  test('a proxy keeps what its start has compiled, while it runs', async (t) => {
    const at = home(t);
    const proxy = at.start(['start', '--foreground', '--emulator', '--port', '0']);
    await proxy.waitFor('ANTHROPIC_BASE_URL=');
    await waitUntil(
      () => compiled(at).some((file) => /proxy-[^/]+\.js$/.test(file)),
      'compiled code of the proxy',
    );
    proxy.kill('SIGTERM');
    await proxy.ended;
  });
});
