/** The list of what is bundled, which a release carries. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireBuilt } from './support/built.ts';
import { hangMs } from './support/limits.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Listed {
  bomFormat: string;
  metadata: { component: { name: string } };
  components: { name: string; version: string; purl: string; hashes?: unknown[]; licenses?: unknown[] }[];
}

test('lists exactly the packages that are bundled, with their licenses and checksums', () => {
  requireBuilt();
  const { stdout, stderr } = spawnSync(process.execPath, ['.ci/sbom.mjs'], {
    cwd: root,
    encoding: 'utf8',
    timeout: hangMs,
  });
  assert.notEqual(stdout, '', stderr);
  const { bomFormat, metadata, components } = JSON.parse(stdout) as Listed;
  assert.deepEqual([bomFormat, metadata.component.name], ['CycloneDX', 'occ-cli']);
  const licenses = readFileSync(join(root, 'dist/LICENSES.txt'), 'utf8');
  const bundled = [...licenses.matchAll(/^(\S+) (\d+\.\d+\.\d+\S*) \(/gm)].map(
    ([, name, version]) => `${name} ${version}`,
  );
  assert(bundled.length > 5);
  const byName = (a: string, b: string): number => (a < b ? -1 : 1);
  assert.deepEqual(
    components.map(({ name, version }) => `${name} ${version}`).sort(byName),
    bundled.sort(byName),
  );
  for (const { name, purl, hashes, licenses: own } of components) {
    assert.match(purl, /^pkg:npm\//);
    assert(hashes?.length === 1 && own?.length === 1, name);
  }
});
