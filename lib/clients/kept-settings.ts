/** The settings of sessions that outlive their launch: files that the client reads again whenever it restarts a session. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Each launch with the same settings writes its file again, so an old one belongs to sessions that were not continued. */
const keptDays = 30;

/** The file for these settings. Other settings have another, so that no launch changes those of an earlier session. */
export function keptSettingsFile(stateDir: string, text: string): string {
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return join(stateDir, 'background', `${name}.json`);
}

/** Removes the files that no launch has written for 30 days. */
export function removeOldSettings(directory: string, now = Date.now()): void {
  const oldest = now - keptDays * 86_400_000;
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now) < oldest) rmSync(file, { force: true });
  }
}
