/** The private copy of a configuration that the user edits. It is kept if its changes could not be saved. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigBytes } from '../file/read.ts';
import { renderSchema, schemaReference } from '../file/published-schema.ts';
import { unwritable } from './replace.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Draft {
  /** Its name ends in .jsonc, so that editors allow comments. */
  file: string;
  /** Its content; undefined if the editor has removed it. */
  read(): Buffer | undefined;
  /** Removes it with its directory. */
  discard(): void;
}

/** In the directory for temporary files of `env`. Throws an OccError `config_unwritable` if it cannot be written. */
export function openDraft(content: Uint8Array, env: Environment): Draft {
  let directory = join(env['TMPDIR'] || tmpdir(), 'occ-config-');
  try {
    directory = mkdtempSync(directory);
    const file = join(directory, 'config.jsonc');
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    putSchema(directory);
    return { file, read: () => readBack(file), discard: () => discard(directory) };
  } catch (cause) {
    discard(directory);
    throw unwritable(directory, cause);
  }
}

/** Writes the file that `$schema` refers to. Errors are ignored, because only completion in editors depends on it. */
function putSchema(directory: string): void {
  try {
    writeFileSync(join(directory, schemaReference), renderSchema(), { mode: 0o600 });
  } catch {
    // See above.
  }
}

function readBack(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined;
  // An editor that saves by renaming creates a file with other modes.
  chmodSync(file, 0o600);
  return readConfigBytes(file);
}

function discard(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
