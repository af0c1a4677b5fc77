/**
 * Bundles bin/ and lib/ with the packages that they use. The program is CommonJS, in chunks that are loaded when they are
 * needed: Node.js 20 starts an ES module a fifth later, and loads a few chunks in a tenth of the time of 400 modules.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { minify } from 'rolldown/utils';
import { licensesOf } from './licenses.mjs';
import { partOfUndici } from './undici.mjs';
import { generatedValidator, isGenerated } from './validator.mjs';

/** The oldest version of Node.js that runs the program (`engines`). */
const target = 'node20.18';

/**
 * The chunks that the bundler would otherwise cut into pieces, by how few commands need all of a piece: a chunk takes a third
 * of a millisecond to find and read, however small it is. A module belongs to the first chunk that takes it. Nothing is in the
 * entry, which a chunk that uses it would run again if it had been started through a link.
 */
const groups = [
  // All that `--version` needs.
  { name: 'version', test: /\/lib\/(?:version|package-root)\.ts$/ },
  // What nearly every command needs.
  {
    name: 'common',
    test: /\/lib\/(?:(?!index)[^/]+|cli\/(?:compile-cache|failure|direct)|log\/log|terminal\/(?:output|width|style|figures|command-context)|config\/paths|daemon\/(?:launches|probe|record|request|running))\.ts$/,
  },
  // What the definition of a command shares with its work.
  { name: 'launch-with', needs: ['lib/commands/launch/launch-with.ts', 'lib/commands/launch/read-arguments.ts'] },
  // The parser of the command line.
  {
    name: 'parser',
    needs: ['lib/cli/program.ts', 'lib/cli/command.ts'],
  },
  // What `start` needs in the process that waits for the one in the background.
  { name: 'background', needs: ['lib/commands/start/background.ts'] },
  // What every command needs that reads the configuration.
  { name: 'settings', needs: ['lib/config/load.ts'] },
  // What runs again and again.
  { name: 'statusline', needs: ['lib/commands/statusline/run.ts'] },
  { name: 'status', needs: ['lib/commands/status/run.ts'] },
  // What every command needs that knows models.
  { name: 'models', needs: ['lib/clients/choice.ts', 'lib/proxy/policy/route.ts'] },
  // What `start` and `launch` need until the proxy listens.
  {
    name: 'proxy',
    needs: ['lib/clients/claude.ts', 'lib/host/host.ts', 'lib/log/log-file.ts', 'lib/proxy/server.ts'],
  },
];

/** Writes dist/bin and dist/lib/index.js. */
export async function bundle() {
  const program = await write(
    { occ: 'bin/occ.ts', 'token-worker': 'lib/proxy/token-worker.ts' },
    {
      dir: 'dist/bin',
      format: 'cjs',
      chunkFileNames: '[name]-[hash].js',
    },
    groups,
  );
  // The package is of type "module", for its sources and for its library.
  writeFileSync('dist/bin/package.json', '{ "type": "commonjs" }\n');
  await write({ index: 'lib/index.ts' }, { dir: 'dist/lib', format: 'esm' });
  writeFileSync('dist/LICENSES.txt', licensesOf(program));
}

/** Resolves to the paths of the modules that were bundled. */
async function write(input, { dir, ...output }, groups = []) {
  const { needed, findNeeded } = neededBy(groups);
  const build = await rolldown({
    input,
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] }, // the CommonJS form of jsonc-parser requires its files by computed names
    transform: { target },
    preserveEntrySignatures: 'allow-extension', // includeDependenciesRecursively requires it
    plugins: [generatedValidator, partOfUndici, findNeeded],
    onLog: (level, log) => {
      // A module that one command loads late may be part of what another loads at once.
      if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') throw new Error(`${level}: ${log.message}`);
    },
  });
  const { output: chunks } = await build.generate({
    ...output,
    entryFileNames: '[name].js',
    comments: false,
    dynamicImportInCjs: false,
    codeSplitting: groups.length > 0 && {
      includeDependenciesRecursively: false,
      groups: groups.map(({ name, test = (id) => needed.get(name)?.has(id) === true }) => ({ name, test })),
    },
  });
  mkdirSync(dir, { recursive: true });
  for (const chunk of chunks) writeFileSync(join(dir, chunk.fileName), await dense(chunk));
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

/** The modules that each group `needs`, with all that they import at once, by the name of the group; known when all are read. */
function neededBy(groups) {
  const needed = new Map();
  const findNeeded = {
    name: 'find-needed',
    buildEnd() {
      for (const { name, needs = [] } of groups) {
        const found = new Set(needs.map((path) => resolve(path)));
        for (const id of found) for (const imported of this.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
        needed.set(name, found);
      }
    },
  };
  return { needed, findNeeded };
}

/**
 * The code of a chunk, without white space if most of it comes from packages or a generator. Our own code keeps its lines
 * and names, so that the stack of an error can be read.
 */
async function dense({ fileName, code, modules }) {
  const all = Object.entries(modules);
  const own = all.filter(([id]) => !id.includes('/node_modules/') && !isGenerated(id));
  if (sizeOf(own) * 2 > sizeOf(all)) return code;
  const options = { compress: false, mangle: false, codegen: { removeWhitespace: true } };
  return (await minify(fileName, code, options)).code;
}

function sizeOf(modules) {
  return modules.reduce((sum, [, { renderedLength }]) => sum + renderedLength, 0);
}
