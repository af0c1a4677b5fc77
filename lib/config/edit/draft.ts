/** The copy of a configuration that a person edits: for them alone, and kept whenever it holds what is nowhere else. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderSchema, schemaReference } from '../file/published-schema.ts';
import { unwritable } from './replace.ts';

export interface Draft {
  /** Its name ends in .jsonc, by which editors know that comments are allowed. */
  file: string;
  /** What it holds now; undefined when the editor has removed it. */
  read(): Buffer | undefined;
  /** Removes it, its directory and what the editor has left there. */
  discard(): void;
}

/** OccError `config_unwritable` when there is no room for it. */
export function openDraft(content: Uint8Array): Draft {
  let directory = join(tmpdir(), 'occ-config-');
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

/** What `$schema` refers to, so that an editor completes here as well; it can do without. */
function putSchema(directory: string): void {
  try {
    writeFileSync(join(directory, schemaReference), renderSchema(), { mode: 0o600 });
  } catch {
    // The copy itself is written.
  }
}

function readBack(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined;
  // An editor that saves by renaming makes a new file, with modes of its own.
  chmodSync(file, 0o600);
  return readFileSync(file);
}

function discard(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
