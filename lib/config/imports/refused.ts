/** Leaves what the configuration of occ would refuse, with the reason. */
import type { JsonObject } from '../../json.ts';
import { interpolate, type Environment } from '../file/interpolate.ts';
import { parsePath, renderPath, type Segment } from '../file/json-path.ts';
import { at } from '../file/layers.ts';
import { normalize } from '../file/normalize.ts';
import { withoutPaths } from '../file/prune.ts';
import { secretAt } from '../file/lookup.ts';
import { validateConfig } from '../file/validate.ts';
import type { Problem } from '../settings.ts';
import type { Importing } from './importing.ts';

const tables: ReadonlySet<unknown> = new Set(['models', 'model_overrides', 'model_family_overrides']);

/** The configuration without wrong values, and without entries that name no model or an unknown provider. */
export async function withoutRefused(
  importing: Importing,
  config: JsonObject,
  env: Environment,
): Promise<JsonObject> {
  const { placeholders } = interpolate(config, env);
  const unset = placeholders.filter(({ missing, segments }) => missing && secretAt(segments) === undefined);
  for (const { segments, variable } of unset)
    importing.leave(segments, `it names the variable ${variable}, which is not set`);
  const gone = unset.map(({ segments }) => renderPath(segments));
  const valid = await withoutInvalid(importing, without(config, gone), env);
  const faults = normalize(valid).problems;
  const entries = [...new Set(faults.map(({ path }) => renderPath(holderOf(path))))];
  for (const entry of entries) {
    const fault = faults.find(({ path }) => renderPath(holderOf(path)) === entry);
    if (fault !== undefined) importing.leave(parsePath(entry) ?? [], reasonOf(fault));
  }
  return without(valid, entries);
}

/** More than the levels of the schema. What is still wrong then is refused before anything is written. */
const mostRounds = 12;

/** Without a required field, the object that needs it is wrong, too. */
async function withoutInvalid(
  importing: Importing,
  config: JsonObject,
  env: Environment,
  rounds = mostRounds,
): Promise<JsonObject> {
  const { problems } = await validateConfig(interpolate(config, env).value as JsonObject, new Set());
  if (problems.length === 0 || rounds === 0) return config;
  leaveAll(importing, problems);
  const paths = problems.map(({ path }) => path);
  return await withoutInvalid(importing, without(config, paths), env, rounds - 1);
}

function leaveAll(importing: Importing, problems: readonly Problem[]): void {
  for (const { path, message } of problems) importing.leave(parsePath(path) ?? [], message);
}

function reasonOf({ message }: Problem): string {
  return /unknown provider "aws[-_]bedrock"/.test(message) ? 'occ does not support AWS Bedrock' : message;
}

/** The entry or section with the fault; of a list of fallbacks, the one entry. */
function holderOf(path: string): Segment[] {
  const segments = parsePath(path) ?? [];
  if (segments[0] === 'fallbacks') return segments.slice(0, 3);
  return tables.has(segments[0]) || segments[0] === 'providers' ? segments.slice(0, 2) : segments;
}

/** A copy without these values. Items are removed from the end of a list, so that the other indexes hold. */
function without(config: JsonObject, paths: readonly string[]): JsonObject {
  const copy = structuredClone({ ...config });
  const found = paths.map((path) => parsePath(path) ?? []);
  const items = found.filter((segments) => typeof segments.at(-1) === 'number');
  const last = (segments: readonly Segment[]): number => Number(segments.at(-1));
  for (const segments of items.toSorted((one, other) => last(other) - last(one))) {
    const list = at(copy, segments.slice(0, -1));
    if (Array.isArray(list)) list.splice(last(segments), 1);
  }
  const fields = found.filter((segments) => typeof segments.at(-1) !== 'number');
  return withoutPaths(copy, fields.map(renderPath));
}
