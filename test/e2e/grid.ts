/** `npm run grid`: runs every client of `occ launch` on upstreams of every format, and writes what it shows to `grid.md`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cell } from './cells.ts';
import { toTables } from './grid-table.ts';

const runner = fileURLToPath(new URL('../run.mjs', import.meta.url));
const page = fileURLToPath(new URL('grid.md', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'occ-grid-'));
try {
  const file = join(folder, 'cells');
  const { status } = spawnSync(
    process.execPath,
    [runner, '--e2e', 'e2e/grid', 'e2e/behaviours', 'e2e/screens'],
    {
      env: { ...process.env, OCC_GRID: file },
      stdio: 'inherit',
    },
  );
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const cells = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Cell);
  writeFileSync(page, toTables(cells));
  spawnSync('npx', ['oxfmt', page], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
