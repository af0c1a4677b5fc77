/**
 * Changes one value in the text of a configuration and keeps every other byte. jsonc-parser provides the positions. Its
 * `modify` is not used, because it drops the comments before a property that it removes and reformats the neighbours.
 */
import { applyEdits, findNodeAtLocation, parseTree, type Edit, type Node } from 'jsonc-parser';
import { exitCodes, OccError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { renderPath, type Segment } from '../file/json-path.ts';
import { commaAfter, endOfEntry, eolOf, indentAt, spansLines, unitOf } from './layout.ts';

/** Sets the value at the path and creates missing parents. The text must be JSON. */
export function withValue(text: string, segments: readonly Segment[], value: Json): string {
  const body = text.trim() === '' ? `{}${eolOf(text)}` : text;
  let [path, added] = [segments, value];
  for (;;) {
    const node = findNode(body, path);
    // null counts as missing and cannot contain keys.
    if (node && (path === segments || node.type === 'null'))
      return applyEdits(body, [replace(body, node, added)]);
    const key = path.at(-1) ?? '';
    const holder = findNode(body, path.slice(0, -1));
    if (holder && holder.type !== 'null') return applyEdits(body, insert(body, holder, key, added));
    if (typeof key === 'number' && key > 0) throw noSuchIndex(0, key);
    added = typeof key === 'number' ? [added] : { [key]: added };
    path = path.slice(0, -1);
    if (path.length === 0)
      return applyEdits(body, [{ offset: 0, length: body.length, content: render(added, '', body) }]);
  }
}

/** Removes the value at the path but no comment; undefined if there is no value. */
export function withoutValue(text: string, segments: readonly Segment[]): string | undefined {
  const node = findNode(text, segments);
  if (!node) return undefined;
  const entry = typeof segments.at(-1) === 'number' ? node : (node.parent ?? node);
  const end = entry.offset + entry.length;
  const own = commaAfter(text, end);
  const siblings = entry.parent?.children ?? [];
  const before = siblings[siblings.indexOf(entry) - 1];
  const comma = own ?? (before && commaAfter(text, before.offset + before.length));
  const edits = [{ offset: entry.offset, length: entry.length, content: '' }];
  if (comma !== undefined) edits.push({ offset: comma, length: 1, content: '' });
  const left = applyEdits(text, edits);
  const gone = edits.filter(({ offset }) => offset < entry.offset).length;
  return closeGap(left, entry.offset - gone);
}

/** The node at the path, if any. */
function findNode(text: string, segments: readonly Segment[]): Node | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root && findNodeAtLocation(root, [...segments]);
}

function replace(text: string, node: Node, value: Json): Edit {
  return {
    offset: node.offset,
    length: node.length,
    content: render(value, indentAt(text, node.offset), text),
  };
}

/** Adds a last entry, on the same line as the others or on its own line, as the others are. */
function insert(text: string, holder: Node, key: Segment, value: Json): Edit[] {
  const list = holder.type === 'array';
  if (list !== (typeof key === 'number') || (!list && holder.type !== 'object'))
    throw wrongParent(holder, key);
  const siblings = holder.children ?? [];
  if (list && key !== siblings.length) throw noSuchIndex(siblings.length, key);
  const name = list ? '' : `${JSON.stringify(key)}: `;
  const last = siblings.at(-1);
  const close = holder.offset + holder.length - 1;
  if (last === undefined) return [intoEmpty(text, holder, close, name, value)];
  const end = last.offset + last.length;
  const comma = commaAfter(text, end);
  if (!spansLines(text, holder)) {
    return [{ offset: end, length: 0, content: `, ${name}${render(value, indentAt(text, end), text)}` }];
  }
  const indent = indentAt(text, last.offset);
  const line = `${eolOf(text)}${indent}${name}${render(value, indent, text)}`;
  const at = { offset: endOfEntry(text, comma === undefined ? end : comma + 1), length: 0 };
  // The file uses trailing commas.
  if (comma !== undefined) return [{ ...at, content: `${line},` }];
  if (at.offset === end) return [{ ...at, content: `,${line}` }];
  return [
    { offset: end, length: 0, content: ',' },
    { ...at, content: line },
  ];
}

function intoEmpty(text: string, holder: Node, close: number, name: string, value: Json): Edit {
  const outer = indentAt(text, holder.offset);
  const indent = outer + unitOf(text);
  const entry = `${eolOf(text)}${indent}${name}${render(value, indent, text)}`;
  const inside = text.slice(holder.offset + 1, close);
  // The entry follows any comments.
  const kept = inside.trimEnd();
  return {
    offset: holder.offset + 1 + kept.length,
    length: inside.length - kept.length,
    content: `${entry}${eolOf(text)}${outer}`,
  };
}

/** JSON with the indentation and line ends of the text. */
function render(value: Json, indent: string, text: string): string {
  return JSON.stringify(value, null, unitOf(text)).replaceAll('\n', `${eolOf(text)}${indent}`);
}

/** Removes the blank line or double space that a removed entry leaves. */
function closeGap(text: string, offset: number): string {
  const before = /[ \t]*$/.exec(text.slice(0, offset))?.[0].length ?? 0;
  const after = /^[ \t]*/.exec(text.slice(offset))?.[0].length ?? 0;
  const [start, end] = [offset - before, offset + after];
  const lineBreak = /^(?:\r\n|\r|\n)/.exec(text.slice(end))?.[0];
  const startsLine = start === 0 || /[\r\n]/.test(text.charAt(start - 1));
  if (startsLine && lineBreak !== undefined) return text.slice(0, start) + text.slice(end + lineBreak.length);
  if (startsLine || before === 0) return text.slice(0, offset) + text.slice(end);
  if (lineBreak !== undefined) return text.slice(0, start) + text.slice(end);
  return `${text.slice(0, start)} ${text.slice(end)}`;
}

function wrongParent(holder: Node, key: Segment): OccError {
  const expected = typeof key === 'number' ? 'a list' : 'an object';
  const found = { object: 'an object', array: 'a list' }[holder.type as string] ?? `a ${holder.type}`;
  return new OccError(
    'config_invalid',
    `the value that should contain ${renderPath([key])} is ${found}, expected ${expected}`,
    {
      exitCode: exitCodes.config,
      remedy: 'run occ config check',
    },
  );
}

function noSuchIndex(length: number, key: Segment): OccError {
  return new OccError(
    'usage',
    `there is no index [${key}]: the list has ${length === 1 ? '1 entry' : `${length} entries`}`,
    {
      exitCode: exitCodes.usage,
      remedy: `[${length}] adds one`,
    },
  );
}
