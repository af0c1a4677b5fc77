/** The line of a configuration's text on which something stands. */
import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { parsePath } from './json-path.ts';
import type { Problem } from '../settings.ts';

/** The same problems with their lines; what is missing is told at the place where it would stand. */
export function locateProblems(text: string, problems: readonly Problem[]): Problem[] {
  if (problems.length === 0) return [];
  const root = parseTree(text, [], { allowTrailingComma: true });
  return problems.map((problem) => {
    const line = root && problem.line === undefined ? lineOf(text, root, problem.path) : undefined;
    return line === undefined ? problem : { ...problem, line };
  });
}

/** Undefined for a path that does not begin in this text: the name of a variable, or nothing at all. */
function lineOf(text: string, root: Node, path: string): number | undefined {
  const segments = parsePath(path) ?? [];
  for (let length = segments.length; length > 0; length--) {
    const node = findNodeAtLocation(root, segments.slice(0, length));
    // The line of a property is that of its name.
    if (node) return text.slice(0, (node.parent ?? node).offset).split(/\r\n|\r|\n/).length;
  }
  return undefined;
}
