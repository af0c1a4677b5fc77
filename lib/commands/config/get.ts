/** `occ config get`: prints one effective value. */
import { refuseProblems } from '../../config/config-error.ts';
import { readEffective } from '../../config/file/effective.ts';
import { renderPath, type Segment } from '../../config/file/json-path.ts';
import { impliedValues } from '../../config/file/implied.ts';
import { findSegments, type Known } from '../../config/file/known.ts';
import { at, maskedAt } from '../../config/file/layers.ts';
import { nearest } from '../../nearest.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { requireKnown, toSource, type ConfigCall } from './call.ts';
import { renderImplied } from './show.ts';

/**
 * Objects and lists are printed as JSON. Rejects with an OccError: exit code 2 for an unknown key, 1 for one that has no value.
 */
export async function get(call: ConfigCall): Promise<number> {
  const { words, options, output } = call;
  const typed = words[0] ?? '';
  const known = requireKnown(typed);
  const { source, problems, merged } = await readEffective(toSource(call));
  refuseProblems(source?.file, problems);
  const segments = known.kind === 'known' ? canonical(known) : (findSegments(merged.tree, typed) ?? []);
  const found = at(merged.tree, segments);
  if (found === undefined) return printImplied(call, merged.tree, segments);
  const value = options.reveal === true ? found : mask(found, segments);
  const path = renderPath(segments);
  if (output.json) output.printJson({ path, value, origin: merged.origins[path] ?? null });
  else output.printText(typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value));
  return exitCodes.ok;
}

/** The key that an alias stands for. */
function canonical({ segments, schema }: Extract<Known, { kind: 'known' }>): Segment[] {
  return schema.aliasOf === undefined ? segments : [...segments.slice(0, -1), schema.aliasOf];
}

/** A value that is in force although nothing sets it, with a word about why. */
function printImplied({ output }: ConfigCall, tree: JsonObject, segments: readonly Segment[]): number {
  const path = renderPath(segments);
  const implied = impliedValues(tree).find((candidate) => renderPath(candidate.segments) === path);
  if (implied === undefined) throw notSet(tree, segments);
  const { value, follows } = implied;
  if (output.json) {
    output.printJson({ path, value, origin: 'default', ...(follows !== undefined && { follows }) });
    return exitCodes.ok;
  }
  output.print(renderImplied(value));
  output.info(
    `occ: nothing sets it; ${follows === undefined ? 'this is the default' : `it follows ${follows}`}`,
  );
  return exitCodes.ok;
}

function mask(value: Json, segments: readonly Segment[]): Json {
  if (Array.isArray(value)) return value.map((item, index) => mask(item, [...segments, index]));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, mask(inner ?? null, [...segments, key])]),
    );
  }
  return maskedAt(segments, value);
}

/** Suggests the nearest of the keys that are set, because many names are chosen by the user. */
function notSet(tree: Json, segments: readonly Segment[]): OccError {
  const depth = segments.findIndex((_, index) => at(tree, segments.slice(0, index + 1)) === undefined);
  const holder = at(tree, segments.slice(0, depth));
  const near = isObject(holder) ? nearest(String(segments[depth]), Object.keys(holder)) : undefined;
  return new OccError('key_not_set', `${renderPath(segments)} is not set`, {
    remedy:
      near === undefined
        ? 'occ config show prints every effective value'
        : `did you mean ${renderPath([...segments.slice(0, depth), near, ...segments.slice(depth + 1)])}?`,
  });
}
