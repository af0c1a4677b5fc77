/**
 * Keeps the code that V8 compiles on Node.js 20, which has no `enableCompileCache`: a third of the time until a proxy listens.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { readOwn } from '../bounded-file.ts';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';

/** Milliseconds after the first compilation until the code is kept, so that a proxy keeps what its start has used. */
const settleMs = 2000;
/** Bytes of the checksum before the code. V8 trusts what it reads, and a damaged file would end the process. */
const checksumSize = 4;

/**
 * Chunks that are required from now on, from the folder of this module, are read as compiled code from `folder` where they are
 * there; others are added soon after, or when the process ends. The name of a chunk contains the hash of its code. Never
 * throws: what cannot be written is compiled again.
 */
export function keepCompiledChunks(folder: string): void {
  const { extensions } = createRequire(import.meta.filename);
  const loadOther = extensions['.js'];
  const added = new Map<string, Script>();
  const add = (file: string, script: Script): void => {
    if (added.size === 0) setTimeout(keep, settleMs, folder, added).unref();
    added.set(file, script);
  };
  process.once('exit', () => keep(folder, added));
  extensions['.js'] = (module, path) => {
    if (dirname(path) !== import.meta.dirname) return loadOther?.(module, path);
    const file = join(folder, basename(path));
    const cachedData = readCompiled(file);
    const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`;
    const script = new Script(code, { filename: path, ...(cachedData && { cachedData }) });
    // V8 rejects code of another version or with other flags.
    if (script.cachedDataRejected !== false) add(file, script);
    const { exports } = module;
    const require = (id: string): unknown => module.require(id);
    script.runInThisContext().call(exports, exports, require, module, path, dirname(path));
  };
}

/** Far more than the code of a chunk takes. */
const maxBytes = 64 * 1024 * 1024;

/** Undefined if there is none, a damaged one, or one that another user may have written: it is run. */
function readCompiled(file: string): Buffer | undefined {
  try {
    const kept = readOwn(file, maxBytes);
    const code = kept.subarray(checksumSize);
    return kept.readUInt32LE() === crc32(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the code of the scripts, with the functions that have been called since, and forgets them. */
function keep(folder: string, added: Map<string, Script>): void {
  const scripts = [...added];
  added.clear();
  try {
    if (scripts.length > 0) makePrivateDirectory(folder);
    for (const [file, script] of scripts) {
      const code = script.createCachedData();
      const checksum = Buffer.alloc(checksumSize);
      checksum.writeUInt32LE(crc32(code));
      writeRuntimeFile(file, Buffer.concat([checksum, code]));
    }
  } catch {
    // A full disk or a folder of another user: the next start compiles again.
  }
}
