/** Whether a text may become the configuration: what is wrong in it, and what is only odd, or wrong around it. */
import type { Json } from '../../json.ts';
import { ConfigError } from '../config-error.ts';
import { keyFault } from '../providers/credentials.ts';
import { readEffective, type Effective, type EffectiveOptions } from '../file/effective.ts';
import { renderPath } from '../file/json-path.ts';
import { leaves } from '../file/layers.ts';
import { locateProblems } from '../file/locate.ts';
import { secretAt } from '../file/lookup.ts';
import type { Problem } from '../settings.ts';

export interface Verdict {
  /** The text itself is at fault. */
  mistakes: readonly Problem[];
  /** The environment is: a variable that is not set here, or holds what cannot be used. */
  elsewhere: readonly Problem[];
  warnings: readonly Problem[];
  /** What would hold; undefined when the text is no JSON. */
  effective?: Effective;
}

/** Rejects only when there is a file to read and it cannot be read. */
export async function judge(options: EffectiveOptions): Promise<Verdict> {
  let effective: Effective;
  try {
    effective = await readEffective(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { mistakes: error.problems, elsewhere: [], warnings: [] };
  }
  const { problems, warnings } = effective;
  return {
    mistakes: [
      ...problems.filter(({ variable }) => variable === undefined),
      ...locateProblems(effective.text, keyFaults(effective)),
    ],
    elsewhere: problems.filter(({ variable }) => variable !== undefined),
    warnings,
    effective,
  };
}

/** Keys that stand in the file as they are; one that a variable holds is judged when it is used. */
function keyFaults({ merged, placeholders }: Effective): Problem[] {
  const indirect = new Set(placeholders.map(({ segments }) => renderPath(segments)));
  return [...leaves(merged.tree as Json, [])].flatMap(([segments, value]): Problem[] => {
    const path = renderPath(segments);
    const secrecy = secretAt(segments);
    const isKey = secrecy === 'key' || secrecy === 'token';
    if (!isKey || merged.origins[path] !== 'file' || indirect.has(path)) return [];
    const fault = typeof value === 'string' && value !== '' ? keyFault(value) : undefined;
    return fault === undefined ? [] : [{ path, message: fault, remedy: 'copy it again, as one line' }];
  });
}
