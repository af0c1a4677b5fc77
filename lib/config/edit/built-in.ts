/**
 * A file without models has the built-in models and fallbacks, and its first own model or fallback replaces them all.
 * Writes them into the text before such a change, so that only the named value changes. Pure.
 */
import { isObject, type Json } from '../../json.ts';
import { defaultFallbacks, defaultModels } from '../file/defaults.ts';
import type { Segment } from '../file/json-path.ts';
import { at } from '../file/layers.ts';
import { withValue } from './amend.ts';

export interface WithBuiltIn {
  text: string;
  /** The tables that the text did not have. */
  written: readonly ('models' | 'fallbacks')[];
}

/** `tree` is the parsed text. Unchanged if the text has the table that `segments` leads into. */
export function withBuiltIn(text: string, tree: Json, segments: readonly Segment[]): WithBuiltIn {
  const [table] = segments;
  const has = (name: string): boolean => isObject(at(tree, [name]));
  const inTable = segments.length > 1 && (table === 'models' || table === 'fallbacks');
  // A file with models has no built-in fallbacks either.
  if (!inTable || has('models') || has(table)) return { text, written: [] };
  const models = withValue(text, ['models'], toJson(defaultModels));
  if (has('fallbacks')) return { text: models, written: ['models'] };
  return {
    text: withValue(models, ['fallbacks'], toJson(defaultFallbacks)),
    written: ['models', 'fallbacks'],
  };
}

/** The built-in entry or list at the path, if any. */
export function builtInAt(segments: readonly Segment[]): Json | undefined {
  return at(toJson({ models: defaultModels, fallbacks: defaultFallbacks }), segments);
}

/** A sentence for the user; undefined if nothing was written. `path` is what the user changed. */
export function describeBuiltIn(
  written: WithBuiltIn['written'],
  path: string,
  created: boolean,
): string | undefined {
  if (written.length === 0) return undefined;
  const what = `the built-in ${written.join(' and ')}`;
  const where = created
    ? `the new file contains ${what}`
    : `the file had no ${written.join(' and no ')}, so ${what} were written into it`;
  return `${where}; only ${path} differs from them`;
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
