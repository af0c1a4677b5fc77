/** The built program in `dist/`, for tests that run it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../..', import.meta.url));

/** The program that the `occ` command runs. */
export const builtOcc = join(here, 'dist/bin/occ.js');

/** The environment for npm commands that must not rebuild `dist/`, because other tests run the program there. */
export const keepingDist = { ...process.env, OCC_KEEP_DIST: '1' };

/** Fails if `dist/` is missing or older than the sources. */
export function requireBuilt(): void {
  requireBuiltIn(here);
}

/** The same of any checkout. */
export function requireBuiltIn(root: string): void {
  const program = join(root, 'dist/bin/occ.js');
  assert.ok(existsSync(program), 'dist/ is missing: npm run build');
  const built = statSync(program).mtimeMs;
  for (const folder of ['bin', 'lib']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const { mtimeMs } = statSync(join(root, folder, entry));
      assert.ok(mtimeMs <= built, `${folder}/${entry} is newer than dist/: npm run build`);
    }
  }
}
