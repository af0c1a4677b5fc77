/** `occ config unset`: removes one key from the file and keeps the comments. */
import { existsSync } from 'node:fs';
import { withoutValue } from '../../config/edit/amend.ts';
import { changeConfig } from '../../config/edit/change.ts';
import { renderPath } from '../../config/file/json-path.ts';
import { findKnown, findSegments } from '../../config/file/known.ts';
import { findPlaces } from '../../config/paths.ts';
import { parseConfig } from '../../config/file/read.ts';
import { findChangeable } from '../../config/edit/target.ts';
import { exitCodes } from '../../errors.ts';
import { requireKnown, toTarget, type ConfigCall } from './call.ts';

/** Unknown keys in the file can be removed as well. */
export async function unset(call: ConfigCall): Promise<number> {
  const { words, output, system } = call;
  const typed = words[0] ?? '';
  if (findKnown(typed).kind === 'no path') requireKnown(typed);
  const file = findChangeable(toTarget(call));
  const change = await changeConfig({
    file,
    configDir: findPlaces(system).configDir,
    env: system.env,
    home: system.home,
    change: (text) => {
      if (!existsSync(file)) return undefined;
      const segments = findSegments(parseConfig(text, file), typed);
      return segments && withoutValue(text, segments);
    },
  });
  const written = change.kind === 'written';
  const known = findKnown(typed);
  const path = known.kind === 'known' ? renderPath(known.segments) : typed;
  if (output.json) {
    output.printJson({ path, file, changed: written, backup: (written && change.backup) || null });
  }
  const near = known.kind === 'unknown' && known.near !== undefined ? `; did you mean ${known.near}?` : '';
  output.info(written ? `occ: ${path} is removed from ${file}` : `occ: ${path} is not set in ${file}${near}`);
  return exitCodes.ok;
}
