/** `occ config schema`: the JSON Schema of the file, for editors and other programs. */
import { renderSchema } from '../../config/file/published-schema.ts';
import { exitCodes } from '../../errors.ts';
import type { ConfigCall } from './call.ts';

/** The schema is the answer as it is, under `--json` too: a validator would stumble over a field of ours. */
export function schema({ output }: ConfigCall): Promise<number> {
  output.print(renderSchema().trimEnd());
  return Promise.resolve(exitCodes.ok);
}
