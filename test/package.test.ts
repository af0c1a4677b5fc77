/** What `npm publish` would send: the compiled program, its templates and its papers, and nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CountJob, Counted } from '../lib/proxy/token-worker.ts';
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
  scripts: Record<string, string>;
  dependencies?: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** Room for the code to double, and for the one encoding; what weighs more was not meant to be in. */
const mostBytes = { size: 2_000_000, unpackedSize: 6_000_000 };

/** The chunks that nothing else loads. */
const entries = ['dist/bin/occ.js', 'dist/bin/token-worker.js'];

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

  test('holds compiled code, templates and documents, and nothing else', () => {
    const rule =
      /^(?:dist\/(?:bin\/[\w-]+\.js|bin\/package\.json|lib\/index\.js|lib\/.+\.d\.ts|LICENSES\.txt)|templates\/.+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    assert.deepEqual(
      paths.filter((path) => !rule.test(path)),
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

  test('holds chunks of the program that are loaded, and types of sources that exist', () => {
    const chunks = paths.filter((path) => /^dist\/bin\/.+\.js$/.test(path));
    const loaded = new Set(
      chunks
        .flatMap((path) => requiredBy(path))
        .filter(isChunk)
        .map(toPath),
    );
    assert.deepEqual(new Set(chunks), new Set([...loaded, ...entries]));
    const types = paths.filter((path) => path.endsWith('.d.ts'));
    assert.ok(types.includes('dist/lib/index.d.ts'));
    assert.deepEqual(
      types.filter((path) => !existsSync(join(root, toSource(path)))),
      [],
    );
  });

  test('counts tokens with the encoding in it', async () => {
    const worker = new Worker(join(root, 'dist/bin/token-worker.js'));
    try {
      worker.postMessage({ id: 1, texts: ['hello there'] } satisfies CountJob);
      const [counted] = (await once(worker, 'message')) as [Counted];
      assert.deepEqual(counted, { id: 1, tokens: 2 });
    } finally {
      await worker.terminate();
    }
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

  test('needs no other package, and has the license of each in it', () => {
    assert.equal(manifest.dependencies, undefined);
    const chunks = paths.filter((path) => /^dist\/(?:bin|lib)\/.+\.js$/.test(path));
    assert.deepEqual(
      // A module that only later versions of Node.js have is required where it is found.
      chunks
        .flatMap((path) => requiredBy(path))
        .filter((name) => !isChunk(name) && !name.startsWith('node:') && !isBuiltin(name)),
      [],
    );
    const licenses = readFileSync(join(root, 'dist/LICENSES.txt'), 'utf8');
    for (const name of ['commander', 'gpt-tokenizer', 'jsonc-parser', 'undici']) {
      assert.match(licenses, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'));
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
    assert.deepEqual(needed, []);
  });
});

test('the build needs no script of another package: CI installs without them', () => {
  const ci = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8');
  assert.match(ci, /npm ci --ignore-scripts.*\n\s+- run: npm run build\n/);
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
  };
  const scripted = Object.entries(lock.packages).filter(
    ([, { hasInstallScript }]) => hasInstallScript === true,
  );
  // Known to work without: esbuild checks its binary, which is a package of its own; the others print a word about versions.
  const harmless = new Set(['@google/genai', 'esbuild', 'protobufjs']);
  assert.deepEqual(
    scripted.map(([path]) => path.split('node_modules/').at(-1)).filter((name) => !harmless.has(name ?? '')),
    [],
  );
});

/** `dist/lib/json.d.ts` → `lib/json.ts`. */
function toSource(path: string): string {
  return path.replace(/^dist\//, '').replace(/\.d\.ts$/, '.ts');
}

/** What a chunk requires, or the library imports. ajv has some calls in the code that it generates, in template literals. */
function requiredBy(path: string): string[] {
  const code = readFileSync(join(root, path), 'utf8');
  const form = path.startsWith('dist/lib/')
    ? /^(?:import|export)\b.*?['"]([^'"]+)['"];?$/gm
    : /(?<!`)\brequire\(['"]([^'"]+)['"]\)/g;
  return [...code.matchAll(form)].map(([, name]) => name ?? '');
}

function isChunk(name: string): boolean {
  return name.startsWith('./');
}

/** `./server-x.js` → `dist/bin/server-x.js`. */
function toPath(name: string): string {
  return `dist/bin/${name.slice('./'.length)}`;
}
