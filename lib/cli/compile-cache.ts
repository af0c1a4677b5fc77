/** Keeps the code that V8 compiles, so that the next start does not compile it again. */
import nodeModule from 'node:module';
import { join } from 'node:path';
import { findPlaces } from '../config/paths.ts';
import { version } from '../version.ts';

/** The functions of `node:module` that Node.js 20 lacks. */
interface CompileCache {
  /** Since 22.8. Never throws: a folder that cannot be written means that nothing is kept. */
  enableCompileCache?: (folder: string) => unknown;
}

/** Commands that status lines and shell prompts run. They compile in less time than it takes to load what reads kept code. */
const short: ReadonlySet<string | undefined> = new Set(['status', 'statusline']);

/**
 * What the command that `args` name loads from now on is read from the cache of this version of occ, and added if it is
 * missing.
 */
export async function enableCompileCache(args: readonly string[]): Promise<void> {
  const { enableCompileCache: enable } = nodeModule as CompileCache;
  const folder = join(findPlaces().cacheDir, 'compiled', version);
  if (enable) return void enable(folder);
  if (args.length === 1 && short.has(args[0])) return;
  const { keepCompiledChunks } = await import('./compiled-chunks.ts');
  keepCompiledChunks(join(folder, `${process.version}-${process.arch}`));
}
