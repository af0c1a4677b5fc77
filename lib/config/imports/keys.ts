/** The keys in a configuration of another tool: where they are, and where they would be in that of occ. */
import type { Json, JsonObject } from '../../json.ts';
import { headerFault, keyFault } from '../providers/credentials.ts';
import type { Segment } from '../file/json-path.ts';
import { renderPath } from '../file/json-path.ts';
import type { Importing, KeyItem, KeySlot, Path } from './importing.ts';

const reference = /^\$\{(\w+)(?::-[^}]*)?\}$/;

/** The key at the path, if it is one; any other value is left. `variables` as in `ImportContext`. */
export function readKey(
  importing: Importing,
  from: Path,
  {
    variables,
    header = false,
  }: { variables?: ((text: string) => string) | undefined; header?: boolean } = {},
): KeyItem | undefined {
  const found = importing.at(from);
  if (found === undefined) return undefined;
  if (typeof found !== 'string') return importing.leave(from, 'found no text, expected a key');
  const value = (variables ?? ((same) => same))(found.trim());
  if (value === '') return importing.leave(from, 'it is empty');
  const variable = variables === undefined ? undefined : reference.exec(value)?.[1];
  if (variable !== undefined) return { from: renderPath(from), value, variable };
  if (value.includes('${')) return importing.leave(from, 'it contains "${", which names a variable in occ');
  const fault = header ? headerFault(value) : keyFault(value);
  if (fault !== undefined) return importing.leave(from, `the key ${fault}`);
  return { from: renderPath(from), value };
}

/** The places and keys that are written: references to variables, and with `copy` the keys themselves. */
export function keysToWrite(slots: readonly KeySlot[], copy: boolean): [Segment[], Json][] {
  return slots.flatMap(({ kind, segments, items }): [Segment[], Json][] => {
    const values = items.filter(({ variable }) => copy || variable !== undefined).map(({ value }) => value);
    const [first] = values;
    if (first === undefined) return [];
    if (kind === 'value') return [[[...segments], first]];
    return [values.length === 1 ? [[...segments, 'api_key'], first] : [[...segments, 'api_keys'], values]];
  });
}

/** Where one key would be set by hand. */
export function keyPath({ kind, segments }: KeySlot): string {
  return renderPath(kind === 'value' ? segments : [...segments, 'api_key']);
}

/** The configuration with these values; objects on their paths are created. */
export function withValues(config: JsonObject, values: readonly [Segment[], Json][]): JsonObject {
  const copy = structuredClone({ ...config });
  for (const [segments, value] of values) {
    let holder: JsonObject = copy;
    for (const segment of segments.slice(0, -1)) {
      const inner = (Object.hasOwn(holder, segment) ? holder[segment] : undefined) ?? {};
      holder[segment] = inner;
      holder = inner as JsonObject;
    }
    holder[segments.at(-1) ?? ''] = value;
  }
  return copy;
}
