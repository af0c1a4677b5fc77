/** Compiles test files for `test/run.mjs`, and for tests that run others under another Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles every file with the modules it imports into `outdir`. Each module keeps the URL of its source, for the files beside
 * it. Packages are found from `outdir`, when the file runs. `banner` is code that runs first in each file, and `alias` names
 * the files that stand in for modules.
 */
export async function bundle(files, outdir, { banner = '', alias = {} } = {}) {
  await build({
    absWorkingDir: root,
    entryPoints: files,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    banner: { js: banner },
    alias,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'source-url',
        setup: (hooks) =>
          hooks.onLoad({ filter: /\.(?:ts|mjs)$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8').replace(/import\.meta\.url/g, () =>
              JSON.stringify(pathToFileURL(path).href),
            ),
            loader: path.endsWith('.ts') ? 'ts' : 'js',
          })),
      },
    ],
  });
}

/** Where `bundle` puts a file. */
export function bundled(outdir, file) {
  return join(outdir, file.replace(/\.ts$/, '.mjs'));
}
