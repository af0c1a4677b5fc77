/** Checks a text before it becomes the configuration. */
import type { Json } from '../../json.ts';
import { ConfigError } from '../config-error.ts';
import { keyFault } from '../providers/credentials.ts';
import { readEffective, type Effective, type EffectiveOptions } from '../file/effective.ts';
import { renderPath } from '../file/json-path.ts';
import { leaves } from '../file/layers.ts';
import { locateProblems } from '../file/locate.ts';
import { secretAt } from '../file/lookup.ts';
import type { Problem } from '../settings.ts';

export interface ConfigCheck {
  /** Errors in the text. */
  mistakes: readonly Problem[];
  /** Errors in the environment: variables that are not set or invalid. */
  environmentMistakes: readonly Problem[];
  warnings: readonly Problem[];
  /** The resulting configuration; undefined if the text is not JSON. */
  effective?: Effective;
}

/** Rejects only if the file cannot be read. */
export async function checkConfig(options: EffectiveOptions): Promise<ConfigCheck> {
  let effective: Effective;
  try {
    effective = await readEffective(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { mistakes: error.problems, environmentMistakes: [], warnings: [] };
  }
  const { problems, warnings } = effective;
  return {
    mistakes: [
      ...problems.filter(({ variable }) => variable === undefined),
      ...locateProblems(effective.text, keyFaults(effective)),
    ],
    environmentMistakes: problems.filter(({ variable }) => variable !== undefined),
    warnings,
    effective,
  };
}

/** Keys in the text itself. A key from a variable is checked when it is used. */
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
