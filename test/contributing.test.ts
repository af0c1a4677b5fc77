/** CONTRIBUTING.md describes every folder of the sources, and names only files that exist. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, '.github/CONTRIBUTING.md'), 'utf8');

/** The names of the table of folders, such as `lib/wire/{encode,decode}`, each alternative for itself. */
const named = [...page.matchAll(/^\| (`.+?`) +\| .+ \|$/gm)].flatMap(([, first = '']) =>
  [...first.matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => alternatives(name)),
);

/** Every file and folder of `lib`, as paths from the root. */
const sources = readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true }).map((entry) => ({
  path: relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'),
  isFolder: entry.isDirectory(),
}));

describe('CONTRIBUTING.md', () => {
  test('has a row for each folder of lib, and for each folder in one of them', () => {
    const folders = sources.filter(
      ({ path, isFolder }) =>
        isFolder &&
        path.split('/').length <= 3 &&
        // The folders of commands have the names that users type.
        !path.startsWith('lib/commands/'),
    );
    assert.ok(folders.length > 40, `only ${folders.length} folders were found`);
    const undescribed = folders.filter(({ path }) => !named.some((name) => matches(name, path)));
    assert.deepEqual(undescribed, []);
  });

  test('has no row for what does not exist', () => {
    const missing = named.filter(
      (name) => !existsSync(join(root, name)) && !sources.some(({ path }) => matches(name, path)),
    );
    assert.deepEqual(missing, []);
  });

  test('names only files that exist', () => {
    const code = [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)];
    const paths = code
      .map(([, inside = '']) => inside)
      .filter((inside) => /^(?:bin|lib|templates|test|\.ci|\.github)\/[\w./-]+$/.test(inside));
    assert.ok(paths.length > 30, `only ${paths.length} paths were found`);
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });
});

/** `lib/{a,b}` → `lib/a`, `lib/b`. */
function alternatives(name: string): string[] {
  const [, before = '', list, after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(name) ?? [];
  return list === undefined ? [name] : list.split(',').map((one) => before + one + after);
}

/** `*` stands for one folder, or for the beginning of a name. */
function matches(name: string, path: string): boolean {
  const pattern = name
    .split('*')
    .map((part) => part.replace(/[.]/g, '\\.'))
    .join('[^/]+');
  return new RegExp(`^${pattern}$`).test(path);
}
