/** Finds keys that stand more than once in the same object, of which JSON parsers take the last one without a word. Pure. */
import { parseTree, type Node } from 'jsonc-parser';
import type { Problem } from '../settings.ts';
import { renderPath, type Segment } from './json-path.ts';

/** One warning for each such key, with the line of its first value, which does not apply. */
export function repeatedKeys(text: string): Problem[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root === undefined ? [] : repeatedIn(root, [], text);
}

function repeatedIn(node: Node, segments: readonly Segment[], text: string): Problem[] {
  const children = node.children ?? [];
  if (node.type === 'array')
    return children.flatMap((item, index) => repeatedIn(item, [...segments, index], text));
  if (node.type !== 'object') return [];
  const lines = new Map<string, number[]>();
  const below = children.flatMap(({ children: [name, value] = [] }) => {
    const key = String(name?.value);
    lines.set(key, [...(lines.get(key) ?? []), lineOf(text, name?.offset ?? 0)]);
    return value === undefined ? [] : repeatedIn(value, [...segments, key], text);
  });
  const here = [...lines].flatMap(([key, [first, ...later]]): Problem[] =>
    later.length === 0
      ? []
      : [
          {
            path: renderPath([...segments, key]),
            message: `is repeated in line ${later.at(-1)}, which applies; this one is ignored`,
            ...(first !== undefined && { line: first }),
            remedy: 'remove one of them: occ config edit',
          },
        ],
  );
  return [...here, ...below];
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length;
}
