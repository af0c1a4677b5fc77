/**
 * Parses configurations of other tools. Whoever wrote the file may not be the user, so the work is bounded: its size, its
 * depth, its values, and what the aliases of YAML repeat. Objects have no prototype, so that a key such as `__proto__` is
 * only a key.
 */
import { parseTree, type Node, type ParseError } from 'jsonc-parser';
import type { Node as YamlNode, YAMLMap } from 'yaml';
import { expectationOf, isTooDeep } from '../file/read.ts';
import type { Json, JsonObject } from '../../json.ts';

/** Far more than such a file needs: bytes, levels within each other, and values with those that aliases repeat. */
export const limits = { bytes: 256 * 1024, depth: 64, values: 50_000, aliases: 200 } as const;

/** The message is the reason, with line and column where they are known. */
export class Unparsable extends Error {}

const tooDeep = `more than ${limits.depth} lists and objects within each other`;
const tooMany = `more than ${limits.values} values`;

export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

/** JSON with comments and trailing commas. Of equal keys, the last one counts. Throws `Unparsable`. */
export function parseJsonFile(text: string): Json {
  if (isTooDeep(text, limits.depth)) throw new Unparsable(tooDeep);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const [error] = errors;
  if (error !== undefined)
    throw new Unparsable(`${position(text, error.offset)}: ${expectationOf(error.error)}`);
  if (root === undefined) throw new Unparsable('it is empty');
  const count = counter();
  const convert = (node: Node): Json => {
    count();
    const { children = [] } = node;
    if (node.type === 'array') return children.map(convert);
    if (node.type !== 'object') return node.value as Json;
    const object = emptyObject();
    for (const { children: [key, value] = [] } of children)
      if (key !== undefined && value !== undefined) object[String(key.value)] = convert(value);
    return object;
  };
  return convert(root);
}

/** YAML 1.2 with the merge key `<<`. Keys that are no text, and equal keys, are refused. Throws `Unparsable`. */
export async function parseYamlFile(text: string): Promise<Json> {
  // Only this source needs the parser.
  const yaml = await import('yaml');
  // The library compares each key with all before it, and searches the document for each alias.
  const document = yaml.parseDocument(text, {
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error !== undefined) throw new Unparsable(`${position(text, error.pos[0])}: not YAML (${error.code})`);
  const count = counter();
  const anchors = new Map<string, YamlNode>();
  let aliases = 0;

  function convert(node: YamlNode | null, depth: number): Json {
    count();
    if (depth > limits.depth) throw new Unparsable(tooDeep);
    if (yaml.isAlias(node)) {
      const target = anchors.get(node.source);
      if (++aliases > limits.aliases) throw new Unparsable(`more than ${limits.aliases} aliases`);
      if (target === undefined) throw new Unparsable(`the alias *${node.source} names no anchor before it`);
      // An alias within its own anchor ends at the greatest depth.
      return convert(target, depth + 1);
    }
    if (yaml.isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (yaml.isSeq(node)) return node.items.map((item) => convert(item as YamlNode, depth + 1));
    if (yaml.isMap(node)) return convertMap(node, depth);
    if (!yaml.isScalar(node)) return null;
    const { value } = node;
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'object' ? null : (value as Json);
  }

  function convertMap(map: YAMLMap, depth: number): JsonObject {
    const own = emptyObject();
    const merged: JsonObject[] = [];
    for (const { key, value } of map.items) {
      const name = yaml.isScalar(key) ? key.value : undefined;
      const inner = convert(value as YamlNode | null, depth + 1);
      if (yaml.isScalar(key) && key.source === '<<' && key.type === 'PLAIN') {
        for (const part of Array.isArray(inner) ? inner : [inner])
          if (typeof part === 'object' && part !== null && !Array.isArray(part)) merged.push(part);
        continue;
      }
      if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean')
        throw new Unparsable(`${place(key)}: a key that is no text`);
      if (Object.hasOwn(own, String(name))) throw new Unparsable(`${place(key)}: a key that occurs twice`);
      own[String(name)] = inner;
    }
    for (const part of merged)
      for (const [key, value] of Object.entries(part)) if (!Object.hasOwn(own, key)) own[key] = value;
    return own;
  }

  function place(key: unknown): string {
    const [at = 0] = yaml.isNode(key) ? (key.range ?? []) : [];
    return position(text, at);
  }

  return convert(document.contents, 0);
}

function counter(): () => void {
  let values = 0;
  return () => {
    if (++values > limits.values) throw new Unparsable(tooMany);
  };
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
