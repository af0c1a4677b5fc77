/**
 * Prints the software bill of materials of the package in the form of CycloneDX: npm's list of the lock file, reduced to the
 * packages that are bundled into dist/. Needs a built dist/.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const words = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const { stdout, stderr, status } = spawnSync('npm', words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
if (status !== 0) throw new Error(`npm sbom: ${stderr}`);

/** `name version` of each bundled package, as .ci/licenses.mjs writes them. */
const bundled = new Set(
  [...readFileSync('dist/LICENSES.txt', 'utf8').matchAll(/^(\S+ \d+\.\d+\.\d+\S*) \(.+\)$/gm)].map(
    ([, name]) => name,
  ),
);
const all = JSON.parse(stdout);
const components = all.components
  .filter(({ name, version }) => bundled.has(`${name} ${version}`))
  // npm calls them development dependencies, which they are not for those who use the program.
  .map(({ properties, ...component }) => ({ ...component, scope: 'required' }));
if (components.length !== bundled.size)
  throw new Error(`${components.length} of ${bundled.size} packages found`);
all.metadata.component.name = JSON.parse(readFileSync('package.json', 'utf8')).name; // not that of the folder
const root = all.metadata.component['bom-ref'];
const dependencies = [{ ref: root, dependsOn: components.map((component) => component['bom-ref']) }];
console.log(JSON.stringify({ ...all, components, dependencies }, null, 2));
