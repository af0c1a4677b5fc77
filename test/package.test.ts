/** What `npm publish` would send: the compiled program, its templates and its papers, and nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type * as O200k from 'gpt-tokenizer/encoding/o200k_base';
import { keepingDist, requireBuilt } from './support/built.ts';
import { hangMs } from './support/limits.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Packed {
  name: string;
  version: string;
  /** Bytes, compressed and not. */
  size: number;
  unpackedSize: number;
  files: { path: string; mode: number }[];
}

interface Manifest {
  name: string;
  version: string;
  bin: Record<string, string>;
  imports: Record<string, string>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** Room for the code to double, and for the one encoding; what weighs more was not meant to be in. */
const mostBytes = { size: 2_000_000, unpackedSize: 5_500_000 };

/** What the build copies of gpt-tokenizer, which has no source here. */
const vendored = /^dist\/vendor\/gpt-tokenizer\/(?:.+\.js|LICENSE)$/;

describe('the package', () => {
  let packed: Packed;
  let paths: string[];

  before(() => {
    requireBuilt();
    const words = ['pack', '--dry-run', '--ignore-scripts', '--json', '--no-update-notifier', '--logs-max=0'];
    const { stdout, stderr } = spawnSync('npm', words, {
      cwd: root,
      env: keepingDist,
      encoding: 'utf8',
      timeout: hangMs,
    });
    // A list, and since npm 12 a record by name.
    const [first] = Object.values(JSON.parse(stdout || '[]') as Packed[]);
    assert.ok(first, stderr);
    packed = first;
    paths = packed.files.map(({ path }) => path);
  });

  test('holds compiled code, templates and papers, by rule', () => {
    const rule =
      /^(?:dist\/(?:bin|lib)\/.+\.(?:js|d\.ts)|templates\/.+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    assert.deepEqual(
      paths.filter((path) => !rule.test(path) && !vendored.test(path)),
      [],
    );
    const never = /\.map$|tsbuildinfo|(?:^|\/)test\/|\.test\.|(?:^|\/)\.|node_modules/;
    assert.deepEqual(
      paths.filter((path) => never.test(path)),
      [],
    );
    for (const path of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'templates/config.jsonc']) {
      assert.ok(paths.includes(path), path);
    }
  });

  test('has a compiled file for every source, and a source for every compiled file', () => {
    const compiled = paths.filter((path) => path.endsWith('.js') && !vendored.test(path));
    const orphans = compiled.filter((path) => !existsSync(join(root, toSource(path))));
    assert.deepEqual(orphans, [], 'npm run build removes what has no source any more');
    assert.ok(compiled.length > 100);
  });

  test('brings one encoding with its license, and all that it imports', async () => {
    assert.ok(paths.includes('dist/vendor/gpt-tokenizer/LICENSE'));
    const ranks = paths.filter((path) => vendored.test(path) && path.includes('/bpeRanks/'));
    assert.deepEqual(ranks, ['dist/vendor/gpt-tokenizer/bpeRanks/o200k_base.js']);
    const encoding = manifest.imports['#o200k'] ?? '';
    const { countTokens } = (await import(join(root, encoding))) as typeof O200k;
    assert.equal(countTokens('hello there'), 2);
  });

  test('is as large as its code', () => {
    assert.ok(packed.size < mostBytes.size, `${packed.size} bytes packed`);
    assert.ok(packed.unpackedSize < mostBytes.unpackedSize, `${packed.unpackedSize} bytes unpacked`);
  });

  test('brings a program that a shell can run', () => {
    assert.deepEqual(Object.keys(manifest.bin), ['occ']);
    const file = packed.files.find(({ path }) => path === manifest.bin['occ']);
    assert.ok(file);
    assert.equal(file.mode & 0o111, 0o111, 'for everybody: a global installation has one owner');
    assert.match(readFileSync(join(root, file.path), 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });

  test('names what it imports, and imports what it names', () => {
    const imported = new Set<string>();
    for (const path of paths.filter((path) => path.endsWith('.js'))) {
      for (const specifier of importsOf(readFileSync(join(root, path), 'utf8'))) {
        if (/^(?:\.|node:)/.test(specifier)) continue;
        imported.add(packageOf(specifier));
      }
    }
    const foreign = [...imported].filter((name) => !name.startsWith('#')).sort();
    assert.deepEqual(foreign, Object.keys(manifest.dependencies).sort());
    for (const name of foreign) assert.ok(existsSync(join(root, 'node_modules', name, 'package.json')), name);
    for (const target of Object.values(manifest.imports)) {
      const path = target.replace(/^\.\//, '').replace(/\*$/, '');
      assert.ok(
        paths.some((packedPath) => packedPath.startsWith(path)),
        target,
      );
    }
  });

  test('runs no script where it is installed, nor does anything it depends on', () => {
    for (const name of ['preinstall', 'install', 'postinstall']) {
      assert.equal(manifest.scripts[name], undefined);
    }
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean; os?: string[]; cpu?: string[] }>;
    };
    const needed = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
    assert.ok(needed.length >= Object.keys(manifest.dependencies).length);
    for (const [path, { hasInstallScript, os, cpu }] of needed) {
      assert.equal(hasInstallScript, undefined, path);
      assert.deepEqual([os, cpu], [undefined, undefined], `${path} is for some machines only`);
    }
  });
});

function toSource(path: string): string {
  return path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
}

/** Static and dynamic imports of compiled code, where every specifier is a plain string. */
function importsOf(code: string): string[] {
  const forms = [
    /^(?:import|export)\b[^'";]*\bfrom ['"]([^'"]+)['"]/gm,
    /^import ['"]([^'"]+)['"]/gm,
    /\bimport\(['"]([^'"]+)['"]\)/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map(([, name]) => name ?? ''));
}

/** `ajv/dist/core.js` → `ajv`, `@scope/name/x` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
