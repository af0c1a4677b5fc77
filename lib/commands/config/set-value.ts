/** Converts and places the value of `occ config set`. */
import { withValue } from '../../config/edit/amend.ts';
import { acceptedAmounts, readAmount } from '../../config/file/amounts.ts';
import { renderPath, type Segment } from '../../config/file/json-path.ts';
import type { Known } from '../../config/file/known.ts';
import { at, leaves } from '../../config/file/layers.ts';
import { secretAt } from '../../config/file/lookup.ts';
import { parseConfig } from '../../config/file/read.ts';
import type { Schema } from '../../config/file/schema-node.ts';
import { toConfigValue } from '../../config/file/value.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { redactSecrets } from '../../redact.ts';

/** What a duration or size became, which the user did not type; undefined for anything else. */
export function becameOf(
  typed: string,
  value: Json,
  known: Exclude<Known, { kind: 'unknown' | 'no path' }>,
): string | undefined {
  const unit = known.kind === 'known' ? known.schema.unit : undefined;
  return unit === undefined || typeof value !== 'number' || typed.trim() === String(value)
    ? undefined
    : `${value} ${unit === 'ms' ? 'milliseconds' : 'bytes'}`;
}

/** Durations and sizes are read as people write them. OccError `usage` if such a key gets anything else. */
export function toValue(typed: string, path: string, schema: Schema | undefined): Json {
  const { unit } = schema ?? {};
  const value = toConfigValue(typed, schema);
  if (unit === undefined || typeof value !== 'string') return value;
  const amount = readAmount(typed, unit);
  if (amount !== undefined) return amount;
  // A placeholder such as ${TIMEOUT} is left to validation.
  if (typed.includes('${')) return value;
  throw new OccError(
    'usage',
    `${path}: found "${redactSecrets(typed).slice(0, 40)}", expected ${acceptedAmounts[unit]}`,
    {
      exitCode: exitCodes.usage,
      remedy: `occ config set ${path} ${unit === 'ms' ? '2m' : '10MB'}`,
    },
  );
}

/** Throws an OccError for a duplicate key: the last one takes effect, but the first one would be changed. */
export function put(text: string, file: string, segments: readonly Segment[], value: Json): string {
  const changed = withValue(text, segments, value);
  const read = at(parseConfig(changed, file), segments);
  if (value === null || JSON.stringify(read) === JSON.stringify(value)) return changed;
  throw new OccError(
    'config_ambiguous',
    `${renderPath(segments)}, or a key above it, occurs more than once in ${file}`,
    {
      exitCode: exitCodes.config,
      remedy: 'remove the others: occ config edit',
    },
  );
}

/** The name of a variable is not secret, but its default after ":-" may be. */
export function holdsSecret(value: Json, segments: readonly Segment[]): boolean {
  return [...leaves(value, segments)].some(
    ([place, leaf]) =>
      secretAt(place) &&
      place.every((segment) => segment !== 'api_key_command') &&
      typeof leaf === 'string' &&
      leaf.replaceAll(/\$\{\w+\}|\b(?:Bearer|Basic)\b|\s/gi, '') !== '',
  );
}
