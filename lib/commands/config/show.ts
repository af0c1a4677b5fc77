/** `occ config show`: every value that holds and where it comes from, on a terminal as wide as it is. */
import { configSchema } from '../../config/json-schema.ts';
import { parsePath, renderPath } from '../../config/json-path.ts';
import type { Origin } from '../../config/layers.ts';
import { loadSettings } from '../../config/settings.ts';
import { exitCodes } from '../../errors.ts';
import type { Json } from '../../stream/json.ts';
import type { Style } from '../../terminal/style.ts';
import { toSource, type ConfigCall } from './call.ts';

export interface Shown {
  path: string;
  value: Json;
  origin: Origin;
}

export async function show(call: ConfigCall): Promise<number> {
  const { output, world } = call;
  const { values, origins, source } = await loadSettings({ ...toSource(call), runCommands: false });
  const entries = Object.entries(values)
    // No setting: it is there for editors.
    .filter(([path]) => path !== '$schema')
    .map(([path, value]): Shown => ({ path, value, origin: origins[path] ?? 'default' }));
  entries.sort((a, b) => rankOf(a) - rankOf(b));
  if (output.json) {
    output.answerJson({ path: source?.file ?? null, values: entries });
    return exitCodes.ok;
  }
  const width = world.stdout.isTTY === true ? (world.stdout.columns ?? 80) : Infinity;
  for (const line of renderValues(entries, width, output.style)) output.answer(line);
  return exitCodes.ok;
}

/** Top keys in the order of the schema, whatever file or variable they come from. */
function rankOf({ path }: Shown): number {
  return Object.keys(configSchema.properties).indexOf(String(parsePath(path)?.[0]));
}

/** One value on one line where all of them fit, path first; else in groups, with the shared part of the path above. */
export function renderValues(entries: readonly Shown[], width: number, style: Style): string[] {
  const whole = renderTable(entries, style, width, '');
  if (whole !== undefined) return whole;
  const groups = new Map<string, Shown[]>();
  for (const entry of entries) {
    const { group, name } = split(entry.path);
    groups.set(group, [...(groups.get(group) ?? []), { ...entry, path: name }]);
  }
  return [...groups].flatMap(([group, members]) => {
    const indent = group === '' ? '' : '  ';
    const lines = renderTable(members, style, width, indent) ?? renderPairs(members, style, indent);
    return group === '' ? lines : [style.bold(group)].concat(lines);
  });
}

/** Three columns; undefined when a line would be longer than the terminal is wide. */
function renderTable(
  entries: readonly Shown[],
  style: Style,
  width: number,
  indent: string,
): string[] | undefined {
  const rows = entries.map(({ path, value, origin }) => [path, JSON.stringify(value), origin] as const);
  const [first, second] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const longest = Math.max(...rows.map(([, , origin]) => origin.length));
  if (indent.length + (first ?? 0) + (second ?? 0) + longest + 4 > width) return undefined;
  return rows.map(
    ([path, value, origin]) =>
      `${indent}${path.padEnd(first ?? 0)}  ${value.padEnd(second ?? 0)}  ${style.dim(origin)}`,
  );
}

/** Two lines for each: the origin below the value. */
function renderPairs(entries: readonly Shown[], style: Style, indent: string): string[] {
  const first = Math.max(...entries.map(({ path }) => path.length));
  return entries.flatMap(({ path, value, origin }) => [
    `${indent}${path.padEnd(first)}  ${JSON.stringify(value)}`,
    `${indent}${' '.repeat(first)}  ${style.dim(origin)}`,
  ]);
}

/** `fallbacks.default[0].model_id` → `fallbacks.default[0]` and `model_id`. */
function split(path: string): { group: string; name: string } {
  const segments = parsePath(path) ?? [path];
  return { group: renderPath(segments.slice(0, -1)), name: renderPath(segments.slice(-1)) };
}
