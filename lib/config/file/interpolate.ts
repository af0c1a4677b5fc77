/**
 * `${VAR}` and `${VAR:-default}` in string values, resolved after parsing, so that a value can hold any character.
 * A variable that is not set is no error here: it is noted, and whoever needs the value says so (contract 3).
 */
import { isObject, type Json } from '../../json.ts';
import type { Segment } from './json-path.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable named by one value. */
export interface Placeholder {
  segments: readonly Segment[];
  variable: string;
  /** Neither set nor given a default; the value still holds the placeholder. An empty variable counts as not set. */
  missing: boolean;
}

const pattern = /\$\{([A-Za-z0-9_]+)(?::-([^}]*))?\}/g;

/** What a variable holds is taken as it is: it is not searched for further placeholders. */
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
