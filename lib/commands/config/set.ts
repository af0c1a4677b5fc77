/** `occ config set`: sets one value in the file and keeps the rest of its text. */
import { withValue } from '../../config/edit/amend.ts';
import { changeConfig, type Change } from '../../config/edit/change.ts';
import { renderPath, type Segment } from '../../config/file/json-path.ts';
import { at, leaves, variableOf } from '../../config/file/layers.ts';
import { secretAt } from '../../config/file/lookup.ts';
import { findPlaces } from '../../config/paths.ts';
import { parseConfig } from '../../config/file/read.ts';
import { findChangeable } from '../../config/edit/target.ts';
import { acceptedAmounts, readAmount } from '../../config/file/amounts.ts';
import type { Schema } from '../../config/file/schema-node.ts';
import type { Problem } from '../../config/settings.ts';
import type { Known } from '../../config/file/known.ts';
import { redactSecrets } from '../../redact.ts';
import { servedWarnings } from './served.ts';
import { toConfigValue } from '../../config/file/value.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { renderProblemLine, requireKnown, toTarget, type ConfigCall } from './call.ts';
import { readTyped } from './typed.ts';

export async function set(call: ConfigCall): Promise<number> {
  const { words, output, system } = call;
  const known = requireKnown(words[0] ?? '');
  const path = renderPath(known.segments);
  const file = findChangeable(toTarget(call));
  const typed = await readTyped(call, path);
  const value = toValue(typed.text, path, known.kind === 'known' ? known.schema : undefined);
  if (typed.visible && holdsSecret(value, known.segments)) {
    output.warn(
      `occ: the value is now in the history of your shell, and was visible to other users while occ ran`,
    );
    output.warn(`  next time: occ config set ${path} --stdin`);
  }
  let hadModels = true;
  const change = await changeConfig({
    file,
    configDir: findPlaces(system).configDir,
    env: system.env,
    home: system.home,
    change(text) {
      hadModels = at(parseConfig(text, file), ['models']) !== undefined;
      return put(text, file, known.segments, value);
    },
  });
  const written = change.kind === 'written';
  const served = written ? await servedWarnings(call, file, path) : [];
  if (written && !hadModels && known.segments[0] === 'models' && known.segments.length > 1) {
    output.warn('occ: the file had no models; the built-in ones of the other scenarios no longer apply');
    output.warn('  occ use keeps them: see occ help use');
  }
  answer(call, { path, file, change, served, became: becameOf(typed.text, value, known) });
  return exitCodes.ok;
}

/** What a duration or size became, which the user did not type; undefined for anything else. */
function becameOf(
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
function toValue(typed: string, path: string, schema: Schema | undefined): Json {
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
function put(text: string, file: string, segments: readonly Segment[], value: Json): string {
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
function holdsSecret(value: Json, segments: readonly Segment[]): boolean {
  return [...leaves(value, segments)].some(
    ([place, leaf]) =>
      secretAt(place) &&
      place.every((segment) => segment !== 'api_key_command') &&
      typeof leaf === 'string' &&
      leaf.replaceAll(/\$\{\w+\}|\b(?:Bearer|Basic)\b|\s/gi, '') !== '',
  );
}

interface Answer {
  path: string;
  file: string;
  change: Change;
  /** About the models that it names. */
  served: readonly Problem[];
  /** See `becameOf`. */
  became: string | undefined;
}

function answer({ output }: ConfigCall, { path, file, change, served, became }: Answer): void {
  const written = change.kind === 'written';
  const concerns = (problem: { path: string }): boolean => problem.path.startsWith(path);
  const warnings = written ? [...change.warnings.filter(concerns), ...served] : [];
  const overriddenBy = written ? variableOf(change.effective?.merged.origins[path]) : undefined;
  if (output.json) {
    output.printJson({
      path,
      file,
      changed: written,
      created: written && change.created,
      backup: (written && change.backup) || null,
      outvoted_by: overriddenBy ?? null,
      warnings,
    });
  }
  for (const warning of warnings) {
    output.warn(`occ: ${renderProblemLine(warning)}`);
    if (warning.remedy !== undefined) output.warn(`  ${warning.remedy}`);
  }
  if (overriddenBy !== undefined)
    output.warn(`occ: the variable ${overriddenBy} is set and takes precedence over the file`);
  output.info(
    written
      ? `occ: ${path} is set${became === undefined ? '' : ` to ${became}`} in ${file}${change.created ? ', which is new' : ''}`
      : `occ: ${path} already has this value; nothing was written`,
  );
}
