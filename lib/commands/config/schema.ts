/** `occ config schema`: prints the JSON Schema of the file. */
import { renderSchema } from '../../config/file/published-schema.ts';
import { exitCodes } from '../../errors.ts';
import type { ConfigCall } from './call.ts';

/** The output is the same with `--json`, so that validators can read it. */
export function schema({ output }: ConfigCall): Promise<number> {
  output.printText(renderSchema().trimEnd());
  return Promise.resolve(exitCodes.ok);
}
