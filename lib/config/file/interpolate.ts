/**
 * Resolves `${VAR}` and `${VAR:-default}` in string values. This happens after parsing, so that a variable can contain
 * any character. A variable that is not set is recorded; it is an error only if the value is needed.
 */
import { isObject, type Json } from '../../json.ts';
import type { Segment } from './json-path.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference to a variable in a value. */
export interface Placeholder {
  segments: readonly Segment[];
  variable: string;
  /** Neither set nor given a default, so that the value still contains the placeholder. An empty variable counts as not set. */
  missing: boolean;
}

const pattern = /\$\{([A-Za-z0-9_]+)(?::-([^}]*))?\}/g;

/** Placeholders in the content of a variable are not resolved. */
export function interpolate(value: Json, env: Environment): { value: Json; placeholders: Placeholder[] } {
  const placeholders: Placeholder[] = [];
  const walk = (inner: Json, segments: readonly Segment[]): Json => {
    if (Array.isArray(inner)) return inner.map((item, index) => walk(item, [...segments, index]));
    if (isObject(inner)) {
      return Object.fromEntries(
        Object.entries(inner).map(([key, item]) => [key, walk(item ?? null, [...segments, key])]),
      );
    }
    if (typeof inner !== 'string') return inner;
    return inner.replaceAll(pattern, (whole, variable: string, fallback: string | undefined) => {
      const found = env[variable] || fallback;
      placeholders.push({ segments, variable, missing: found === undefined });
      return found ?? whole;
    });
  };
  return { value: walk(value, []), placeholders };
}
