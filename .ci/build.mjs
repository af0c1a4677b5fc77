/**
 * Bundles bin/ and lib/ to dist/, and compiles the types of the library. As `prepare` it must also survive
 * `npm ci --omit=dev`, where there is no compiler: `--if-possible` then leaves whatever dist/ there is.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';

// A test packs what is built while others run it, and npm 10 calls `prepare` in spite of --ignore-scripts.
if (process.env.OCC_KEEP_DIST) process.exit(0);

const compiler = 'node_modules/typescript/bin/tsc';
if (!existsSync(compiler)) {
  if (process.argv.includes('--if-possible')) process.exit(0);
  console.error('No TypeScript compiler here; run npm ci (with development dependencies) first.');
  process.exit(1);
}
rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', '.ci/tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { bundle } = await import('./bundle.mjs'); // needs the development dependencies
await bundle();
chmodSync('dist/bin/occ.js', 0o755);
