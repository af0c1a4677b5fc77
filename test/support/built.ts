/** The program as it is published: what `npm ci` and `npm test` have built. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program a person's `occ` runs. */
export const builtOcc = join(root, 'dist/bin/occ.js');

/** For npm: packs what is built as it is, so that no test loses the program it runs. */
export const keepingDist = { ...process.env, OCC_KEEP_DIST: '1' };

/** A test of yesterday's program would prove nothing about today's sources. */
export function requireBuilt(): void {
  assert.ok(existsSync(builtOcc), 'dist/ is missing: npm run build');
  const built = statSync(builtOcc).mtimeMs;
  for (const folder of ['bin', 'lib']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const { mtimeMs } = statSync(join(root, folder, entry));
      assert.ok(mtimeMs <= built, `${folder}/${entry} is newer than dist/: npm run build`);
    }
  }
}
