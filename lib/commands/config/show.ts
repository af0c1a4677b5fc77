/** `occ config show`: prints every effective value with its origin, in sections, fitted to the width of the terminal. */
import { refuseProblems } from '../../config/config-error.ts';
import { readEffective } from '../../config/file/effective.ts';
import { impliedValues } from '../../config/file/implied.ts';
import { configSchema } from '../../config/file/schema.ts';
import { parsePath, renderPath } from '../../config/file/json-path.ts';
import type { Origin } from '../../config/file/layers.ts';
import type { FoundConfig } from '../../config/paths.ts';
import { exitCodes } from '../../errors.ts';
import { isObject, type Json } from '../../json.ts';
import type { Style } from '../../terminal/style.ts';
import { widthOf } from '../../terminal/width.ts';
import { withTilde } from '../../tilde.ts';
import { toSource, type ConfigCall } from './call.ts';
import { sectionOf, sections } from './sections.ts';

export interface Shown {
  path: string;
  value: Json;
  origin: Origin;
  /** The key whose value it has, if nothing sets it. */
  follows?: string | undefined;
}

/** Resolves to the exit code. OccError `config_invalid` (exit 78) if the configuration has mistakes. */
export async function show(call: ConfigCall): Promise<number> {
  const { output, system } = call;
  const { source, problems, merged } = await readEffective(toSource(call));
  refuseProblems(source?.file, problems);
  const { values, origins, tree } = merged;
  const set = Object.entries(values)
    // For editors only.
    .filter(([path]) => path !== '$schema')
    .map(([path, value]): Shown => ({ path, value, origin: origins[path] ?? 'default' }));
  const implied = impliedValues(tree).map(({ segments, value, follows }): Shown => ({
    path: renderPath(segments),
    value,
    origin: 'default',
    follows,
  }));
  const providers = Object.keys(isObject(tree['providers']) ? tree['providers'] : {});
  const entries = [...set, ...implied].sort((a, b) => rankOf(a, providers) - rankOf(b, providers));
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

/** The position of the top-level key in the schema, and of its provider among the others. */
function rankOf({ path }: Shown, providers: readonly string[]): number {
  const [top, name] = parsePath(path) ?? [];
  const rank = Object.keys(configSchema.properties).indexOf(String(top));
  return top === 'providers' ? rank + providers.indexOf(String(name)) / (providers.length + 1) : rank;
}

/** JSON, or words for a limit that does not exist. */
export function renderImplied(value: Json): string {
  return value === null ? 'no limit' : JSON.stringify(value);
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

function renderValue({ path, value, origin, follows }: Shown, width: number, style: Style): string[] {
  const why = follows === undefined ? origin : `follows ${follows.split('.').at(-1) ?? ''}`;
  const [key, text, from] = [`${indent}${path} =`, renderImplied(value), `(${why})`];
  const rest = `${text}  ${from}`;
  if (key.length + 1 + rest.length <= width) return [`${key} ${text}  ${style.dim(from)}`];
  const below = indent + indent;
  if (below.length + rest.length <= width) return [key, `${below}${text}  ${style.dim(from)}`];
  return [key, `${below}${text}`, `${below}${style.dim(from)}`];
}
