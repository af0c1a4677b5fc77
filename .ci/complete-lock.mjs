/**
 * Completes package-lock.json after dependencies changed. Some registries' mirrors lack the binaries of other platforms,
 * and `npm install` then leaves them out of the lock file without a word, where npm 11's `npm ci` misses them. An entry
 * needs a version and the platform it is for; npm looks up the rest on the machine that wants it. npm also leaves out, again
 * without a word, a binary that names a newer Node.js than the one that runs, although the bundler's work with the oldest that
 * occ supports. So no binary names one.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = { x64: 'x64', ia32: 'ia32', arm64: 'arm64', arm: 'arm', ppc64: 'ppc64', riscv64: 'riscv64', s390x: 's390x' };

const missing = {};
for (const entry of Object.values(lock.packages)) {
  if (entry.optional && entry.os) delete entry.engines;
  delete entry.resolved; // an address says where one machine fetched it, which is nobody else's business
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const words = name.split(/[/-]/);
    const os = systems.find((system) => words.includes(system));
    const cpu = words.map((word) => processors[word]).find(Boolean);
    if (lock.packages[path] || !os || !cpu) continue;
    missing[path] = { version, cpu: [cpu], ...(entry.dev && { dev: true }), optional: true, os: [os] };
  }
}
lock.packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${Object.keys(missing).length} entries added`);
