/** Finds the files of the package: `package.json`, `templates/`, and the worker in `dist/`. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of the package: the nearest one with the template of a configuration. Sources, built program and bundled tests
 * are at different depths.
 */
function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'templates', 'config.jsonc')) && dirname(folder) !== folder)
    folder = dirname(folder);
  return folder;
}

const root = findRoot();

/** The absolute path of a file, from its path in the package. */
export function packageFile(path: string): string {
  return join(root, path);
}
