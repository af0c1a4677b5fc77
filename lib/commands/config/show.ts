/** `occ config show`: prints every effective value and its origin, fitted to the width of the terminal. */
import { configSchema } from '../../config/file/schema.ts';
import { parsePath, renderPath } from '../../config/file/json-path.ts';
import type { Origin } from '../../config/file/layers.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes } from '../../errors.ts';
import type { Json } from '../../json.ts';
import type { Style } from '../../terminal/style.ts';
import { widthOf } from '../../terminal/width.ts';
import { toSource, type ConfigCall } from './call.ts';

export interface Shown {
  path: string;
  value: Json;
  origin: Origin;
}

export async function show(call: ConfigCall): Promise<number> {
  const { output, system } = call;
  const { values, origins, source } = await loadSettings({ ...toSource(call), runCommands: false });
  const entries = Object.entries(values)
    // For editors only.
    .filter(([path]) => path !== '$schema')
    .map(([path, value]): Shown => ({ path, value, origin: origins[path] ?? 'default' }));
  entries.sort((a, b) => rankOf(a) - rankOf(b));
  if (output.json) {
    output.printJson({ path: source?.file ?? null, values: entries });
    return exitCodes.ok;
  }
  const width = widthOf(system.stdout) ?? Infinity;
  for (const line of renderValues(entries, width, output.style)) output.print(line);
  return exitCodes.ok;
}

/** The position of the top-level key in the schema. */
function rankOf({ path }: Shown): number {
  return Object.keys(configSchema.properties).indexOf(String(parsePath(path)?.[0]));
}

/** One line per value if all lines fit, else groups below the common part of the path. */
export function renderValues(entries: readonly Shown[], width: number, style: Style): string[] {
  const rows = entries.map(toRow);
  if (roomOf(rows, '', width) >= Math.max(0, ...rows.map(({ value }) => value.length)))
    return renderRows(rows, '', width, style);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { group, name } = split(row.name);
    groups.set(group, [...(groups.get(group) ?? []), { ...row, name }]);
  }
  const top = groups.get('') ?? [];
  groups.delete('');
  // Rendered together, so that all groups have the same columns.
  const lines = renderRows([...groups.values()].flat(), '  ', width, style);
  const members = [...groups].flatMap(([group, { length }]) => {
    const pieces = lines.splice(0, length);
    return [style.bold(group)].concat(pieces);
  });
  return renderRows(top, '', width, style).concat(members);
}

interface Row {
  name: string;
  value: string;
  origin: string;
}

function toRow({ path, value, origin }: Shown): Row {
  return { name: path, value: JSON.stringify(value), origin };
}

/** The width that remains for values. */
function roomOf(rows: readonly Row[], indent: string, width: number): number {
  const name = Math.max(0, ...rows.map((row) => row.name.length));
  const origin = Math.max(0, ...rows.map((row) => row.origin.length));
  return width - indent.length - name - origin - 2 * gap.length;
}

const gap = '  ';

/** Three columns. The origin of a value that is too long is printed on the next line. */
function renderRows(rows: readonly Row[], indent: string, width: number, style: Style): string[] {
  const room = roomOf(rows, indent, width);
  const name = Math.max(0, ...rows.map((row) => row.name.length));
  const column = Math.max(0, ...rows.map(({ value }) => value.length).filter((length) => length <= room));
  return rows.map((row) => {
    const start = `${indent}${row.name.padEnd(name)}${gap}`;
    const wrapped = `\n${' '.repeat(start.length)}`;
    const between = row.value.length > room ? wrapped : ' '.repeat(column - row.value.length) + gap;
    return `${start}${row.value}${between}${style.dim(row.origin)}`;
  });
}

/** `fallbacks.default[0].model_id` → `fallbacks.default[0]` and `model_id`. */
function split(path: string): { group: string; name: string } {
  const segments = parsePath(path) ?? [path];
  return { group: renderPath(segments.slice(0, -1)), name: renderPath(segments.slice(-1)) };
}
