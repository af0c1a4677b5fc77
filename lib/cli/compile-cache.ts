/** Keeps the code that V8 compiles, so that the next start does not compile it again. Node.js 22.8 and later can. */
import nodeModule from 'node:module';
import { join } from 'node:path';
import { findPlaces } from '../config/paths.ts';
import { version } from '../version.ts';

/** The functions of `node:module` that Node.js 20 lacks. */
interface CompileCache {
  /** Never throws: a folder that cannot be written means that nothing is kept. */
  enableCompileCache?: (folder: string) => unknown;
}

/** Code that is loaded from now on is read from the cache of this version of occ, and added when the process ends. */
export function enableCompileCache(): void {
  const { enableCompileCache: enable } = nodeModule as CompileCache;
  enable?.(join(findPlaces().cacheDir, 'compiled', version));
}
