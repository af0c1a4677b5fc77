/** `occ config show`: prints every effective value with its origin, in sections, fitted to the width of the terminal. */
import { configSchema } from '../../config/file/schema.ts';
import { parsePath } from '../../config/file/json-path.ts';
import type { Origin } from '../../config/file/layers.ts';
import { loadSettings } from '../../config/load.ts';
import type { FoundConfig } from '../../config/paths.ts';
import { exitCodes } from '../../errors.ts';
import type { Json } from '../../json.ts';
import type { Style } from '../../terminal/style.ts';
import { widthOf } from '../../terminal/width.ts';
import { withTilde } from '../../tilde.ts';
import { toSource, type ConfigCall } from './call.ts';
import { sectionOf, sections } from './sections.ts';

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
    const values = entries.map((entry) => ({ ...entry, section: sectionOf(parsePath(entry.path) ?? []) }));
    output.printJson({ path: source?.file ?? null, values });
    return exitCodes.ok;
  }
  const width = widthOf(system.stdout) ?? Infinity;
  output.print(renderFile(source, system.home));
  for (const line of renderValues(entries, width, output.style)) output.print(line);
  return exitCodes.ok;
}

function renderFile(source: FoundConfig | undefined, home: string): string {
  if (source === undefined) return 'no file; occ config init writes one';
  const by = source.by === undefined ? '' : `, named by ${source.by}`;
  return `file: ${withTilde(source.file, home)}${source.legacy ? ', of another tool' : by}`;
}

/** The position of the top-level key in the schema. */
function rankOf({ path }: Shown): number {
  return Object.keys(configSchema.properties).indexOf(String(parsePath(path)?.[0]));
}

/** The values by section. Each is `key = value  (origin)`; what does not fit continues on the next line. */
export function renderValues(entries: readonly Shown[], width: number, style: Style): string[] {
  return sections.flatMap((section) => {
    const own = entries.filter(({ path }) => sectionOf(parsePath(path) ?? []) === section);
    if (own.length === 0) return [];
    const lines = own.flatMap((entry) => renderValue(entry, width, style));
    return ['', style.bold(section)].concat(lines);
  });
}

const indent = '  ';

function renderValue({ path, value, origin }: Shown, width: number, style: Style): string[] {
  const [key, text, from] = [`${indent}${path} =`, JSON.stringify(value), `(${origin})`];
  const rest = `${text}  ${from}`;
  if (key.length + 1 + rest.length <= width) return [`${key} ${text}  ${style.dim(from)}`];
  const below = indent + indent;
  if (below.length + rest.length <= width) return [key, `${below}${text}  ${style.dim(from)}`];
  return [key, `${below}${text}`, `${below}${style.dim(from)}`];
}
