/**
 * Keeps account of a configuration of another tool while it is converted: what was taken, what was not and why, and which
 * keys it contains. What nothing has asked for by the end is reported as unknown, so that no value is lost without a report.
 */
import type { Json, JsonObject } from '../../json.ts';
import { isObject } from '../../json.ts';
import { kindOf } from '../file/read.ts';
import { renderPath, type Segment } from '../file/json-path.ts';
import { at } from '../file/layers.ts';
import { formats, isHttpUrl } from '../file/schema-node.ts';
import type { Environment } from '../file/interpolate.ts';

export type Path = readonly Segment[];

export interface Taken {
  from: string;
  /** Where it is in the configuration of occ, with the model if it is one. */
  to: string;
}

export interface Left {
  path: string;
  reason: string;
}

export interface KeyItem {
  /** Its path in the file of the other tool. */
  from: string;
  /** The key, or `${VAR}`. Never printed. */
  value: string;
  /** The variable that the value names; undefined for a key in the file itself. */
  variable?: string;
}

/** A place for keys. */
export interface KeySlot {
  /** `api_key`: one key, or several as `api_keys`. Otherwise the name of a token or a header. */
  kind: 'api_key' | 'value';
  /** The object that contains it, and for `value` the name, too. */
  segments: Path;
  items: KeyItem[];
}

/** The result of a conversion. Nothing in it is a key but the values of `slots`. */
export interface Imported {
  /** In the shape of a configuration file of occ, without keys. */
  config: JsonObject;
  slots: KeySlot[];
  taken: Taken[];
  left: Left[];
  /** What occ does differently with something that was taken. */
  notes: string[];
}

export interface Importing extends Omit<Imported, 'config'> {
  at: (path: Path) => Json | undefined;
  take: (from: Path, to: Path | string) => void;
  /** Returns undefined, for a value that is not there. */
  leave: (path: Path, reason: string) => undefined;
  /** A value that is no text, or that names a variable that is not set, is left. The text is trimmed and not empty. */
  text: (path: Path) => string | undefined;
  /** The same for an id or a name of a model. */
  id: (path: Path) => string | undefined;
  /** The same for the address of a provider. */
  url: (path: Path) => string | undefined;
  /** A whole number, also as text. */
  whole: (path: Path, least: number, most: number) => number | undefined;
  flag: (path: Path) => boolean | undefined;
  /** The paths of the objects in a list, or of what an object contains; anything else is left. */
  items: (path: Path) => Path[];
}

export interface ImportContext {
  env: Environment;
  /** Rewrites a reference to a variable in the form of occ, `${VAR}`; without it, the tool knows no variables. */
  variables?: (text: string) => string;
}

export function openImport(source: Json, { env, variables }: ImportContext): Importing {
  const importing: Importing = {
    taken: [],
    left: [],
    notes: [],
    slots: [],
    at: (path) => at(source, path) ?? undefined,
    take(from, to) {
      importing.taken.push({ from: renderPath(from), to: typeof to === 'string' ? to : renderPath(to) });
    },
    leave(path, reason) {
      importing.left.push({ path: renderPath(path), reason });
      return undefined;
    },
    text(path) {
      const value = importing.at(path);
      if (value === undefined) return undefined;
      if (typeof value !== 'string') return importing.leave(path, `found ${kindOf(value)}, expected text`);
      const text = (variables ?? ((same) => same))(value.trim());
      const fault = faultOfText(text, variables === undefined ? undefined : env);
      return fault === undefined ? text : importing.leave(path, fault);
    },
    id(path) {
      const text = importing.text(path);
      const fault = text === undefined ? undefined : faultOfId(text);
      return fault === undefined ? text : importing.leave(path, fault);
    },
    url(path) {
      const text = importing.text(path);
      const fault = text === undefined ? undefined : faultOfUrl(text);
      return fault === undefined ? text : importing.leave(path, fault);
    },
    whole(path, least, most) {
      const value = importing.at(path);
      if (value === undefined) return undefined;
      const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most)
        return number;
      return importing.leave(
        path,
        `found ${describe(value)}, expected a whole number from ${least} to ${most}`,
      );
    },
    flag(path) {
      const value = importing.at(path);
      if (value === undefined || typeof value === 'boolean') return value;
      // Go reads the words of YAML 1.1, too.
      const word = typeof value === 'string' ? value.toLowerCase() : '';
      if (/^(?:yes|on|true)$/.test(word)) return true;
      if (/^(?:no|off|false)$/.test(word)) return false;
      return importing.leave(path, `found ${describe(value)}, expected true or false`);
    },
    items(path) {
      const value = importing.at(path);
      if (value === undefined) return [];
      if (!Array.isArray(value)) {
        importing.leave(path, `found ${kindOf(value)}, expected a list`);
        return [];
      }
      return value.flatMap((item, index): Path[] => {
        const inner = [...path, index];
        if (isObject(item)) return [inner];
        importing.leave(inner, `found ${kindOf(item)}, expected an object`);
        return [];
      });
    },
  };
  return importing;
}

/** The paths of all items of a list. */
export function itemPaths(path: Path, { length }: readonly unknown[]): Path[] {
  return Array.from({ length }, (_, index) => [...path, index]);
}

/** Reports what is neither taken nor left, each at its highest path. */
export function closeImport(importing: Importing, config: JsonObject): Imported {
  const { taken, left, slots, notes } = importing;
  const known = new Set([
    ...taken.map(({ from }) => from),
    ...left.map(({ path }) => path),
    ...slots.flatMap(({ items }) => items.map(({ from }) => from)),
  ]);
  const above = new Set([...known].flatMap((path) => parentsOf(path)));
  const report = (value: Json, path: Path): void => {
    const here = renderPath(path);
    if (known.has(here)) return;
    if (path.length > 0 && !above.has(here)) return importing.leave(path, reasonFor(value));
    const inner = Array.isArray(value) ? value.entries() : Object.entries(isObject(value) ? value : {});
    for (const [key, item] of inner) report(item ?? null, [...path, key]);
  };
  report(importing.at([]) ?? null, []);
  return { config, slots, taken, left, notes };
}

function reasonFor(value: Json): string {
  const isEmpty =
    value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  return isEmpty ? 'it is empty' : 'occ has no such setting';
}

/** `a.b[0].c` → `a`, `a.b`, `a.b[0]`. Quoted keys may contain dots and brackets. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  const piece = /\.?[^.[\]"]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\]/y;
  while (piece.lastIndex < path.length && piece.exec(path) !== null)
    parents.push(path.slice(0, piece.lastIndex));
  return parents.slice(0, -1);
}

function describe(value: Json): string {
  return typeof value === 'number' ? String(value) : kindOf(value);
}

function faultOfText(text: string, env: Environment | undefined): string | undefined {
  if (text === '') return 'it is empty';
  if (env === undefined)
    return text.includes('${') ? 'it contains "${", which names a variable in occ' : undefined;
  const unset = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name).find((name) => !env[name]);
  return unset === undefined ? undefined : `it names the variable ${unset}, which is not set`;
}

/** The longest name of a model; those of vendors and of files have at most half of it. */
const longestId = 256;

function faultOfId(id: string): string | undefined {
  if (id.length > longestId) return `found ${id.length} characters, expected at most ${longestId}`;
  // Includes what has no width, and what changes the direction of text.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(id)) return 'it contains a control character, expected a name';
  return id === '__proto__' ? '"__proto__" is no name' : undefined;
}

function faultOfUrl(url: string): string | undefined {
  // The parser drops line ends and tabs, and what is left may be another address.
  if (/[\p{C}\s]/u.test(url)) return 'it contains a blank or a control character, expected a URL';
  if (!isHttpUrl(url)) return `expected ${formats['http-url'].expected}`;
  const names = [...new URL(url).searchParams.keys()];
  const secret = names.find((name) => /^(?:api[-_]?)?key$|token|secret|password/i.test(name));
  return secret === undefined ? undefined : 'it has a key in its query, where logs would show it';
}
