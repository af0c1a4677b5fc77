import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { claudePackage } from '../../lib/clients/claude-package.ts';
import { fetchedBytes, findCached, npmCache } from '../../lib/clients/npx-cache.ts';

function folder(t: TestContext): { root: string; write: (name: string, text: string) => string } {
  const root = mkdtempSync(join(tmpdir(), 'occ-npx-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    write(name, text) {
      const file = join(root, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
  };
}

test("npm's cache is where its variable or ~/.npmrc says, else in ~/.npm", (t) => {
  const { root, write } = folder(t);
  assert.equal(npmCache({}, root), join(root, '.npm'));
  write('.npmrc', 'cache = ~/elsewhere\n');
  assert.equal(npmCache({}, root), join(root, 'elsewhere'));
  write('.npmrc', 'prefix=/x\ncache=/srv/npm\n');
  assert.equal(npmCache({}, root), '/srv/npm');
  assert.equal(npmCache({ NPM_CONFIG_CACHE: '/tmp/npm' }, root), '/tmp/npm');
});

test('finds a client that was fetched whole, in a tested version', (t) => {
  const { root, write } = folder(t);
  const modules = '_npx/abc/node_modules';
  assert.equal(findCached(claudePackage, root), undefined);
  const program = write(`${modules}/@anthropic-ai/claude-code-linux-x64/claude`, 'x'.repeat(1000));
  chmodSync(program, 0o755);
  const manifest = (version: string): void =>
    void write(`${modules}/@anthropic-ai/claude-code/package.json`, JSON.stringify({ version }));
  manifest('2.1.332');
  assert.equal(findCached(claudePackage, root), undefined, 'npm has not finished');
  write(`${modules}/.package-lock.json`, '{}');
  assert.equal(findCached(claudePackage, root), program);
  for (const version of ['2.1.329', '2.2.0', '3.1.332', '']) {
    manifest(version);
    assert.equal(findCached(claudePackage, root), undefined, version);
  }
});

test('counts what has been written of the client, and nothing else', (t) => {
  const { root, write } = folder(t);
  assert.equal(fetchedBytes(claudePackage, root), 0);
  write('_npx/abc/node_modules/@anthropic-ai/claude-code-linux-x64/claude', 'x'.repeat(1000));
  write('_npx/abc/node_modules/other/file', 'x'.repeat(5000));
  write('_npx/def/node_modules/@anthropic-ai/claude-code/package.json', '{}');
  assert.equal(fetchedBytes(claudePackage, root), 1002);
});
