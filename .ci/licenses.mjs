/** Collects the licenses of the packages that are bundled with the program. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text for dist/LICENSES.txt. `modules` are the paths of everything that was bundled. */
export function licensesOf(modules) {
  const folders = new Set(
    modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:\.|$)/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `The program in dist/ contains these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
