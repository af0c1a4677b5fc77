/** `occ config path`: prints the path of the file that occ reads. */
import { existsSync } from 'node:fs';
import { findConfigFile, findPlaces } from '../../config/paths.ts';
import { exitCodes } from '../../errors.ts';
import { toSource, type ConfigCall } from './call.ts';

/** Resolves to exit code 0, also if the file does not exist. */
export function path(call: ConfigCall): Promise<number> {
  const { output } = call;
  const source = toSource(call);
  const found = findConfigFile(source);
  const file = found?.file ?? findPlaces(source).configFile;
  const exists = existsSync(file);
  const legacy = found?.legacy === true;
  if (output.json) output.printJson({ path: file, exists, legacy, named_by: found?.by ?? null });
  else output.print(file);
  if (!exists) output.info('occ: the file does not exist yet; occ config init writes it');
  if (legacy)
    output.info('occ: it belongs to another tool and is never written; occ config import takes it over');
  return Promise.resolve(exitCodes.ok);
}
