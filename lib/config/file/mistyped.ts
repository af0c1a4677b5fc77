/**
 * Names that are almost a scenario. Any name is allowed below `models` and `fallbacks`, but these are most likely typing
 * errors.
 */
import { nearest } from '../../nearest.ts';
import type { Problem } from '../settings.ts';
import { defaultModels } from './defaults.ts';
import { renderPath } from './json-path.ts';
import type { NormalFile } from './normalize.ts';

const scenarios = Object.keys(defaultModels);

export function mistypedScenarios({ models = {}, fallbacks = {} }: NormalFile): Problem[] {
  const entries = [...Object.values(models), ...Object.values(fallbacks).flat()];
  const ids = entries.map(({ model_id }) => model_id);
  return [
    ...mistypedIn('models', models, scenarios),
    ...mistypedIn('fallbacks', fallbacks, [...scenarios, ...Object.keys(models), ...ids]),
  ];
}

function mistypedIn(
  table: 'models' | 'fallbacks',
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Problem[] {
  return Object.keys(given).flatMap((name): Problem[] => {
    const near = known.includes(name) ? undefined : nearest(name, scenarios);
    // `think2` is a second one.
    if (near === undefined || name.replace(/\d+$/, '') === near) return [];
    const path = renderPath([table, name]);
    return [{ path, message: `is not a scenario; did you mean "${near}"?`, unknown: true }];
  });
}
