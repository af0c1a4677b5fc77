/** Finds the lines of problems in the text of a configuration. */
import { redactSecrets } from '../../redact.ts';
import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { parsePath } from './json-path.ts';
import type { Problem } from '../settings.ts';

/** The same problems with line numbers; a missing value gets the line of the object that should contain it. */
export function locateProblems(text: string, problems: readonly Problem[]): Problem[] {
  if (problems.length === 0) return [];
  const root = parseTree(text, [], { allowTrailingComma: true });
  return problems.map((problem) => {
    const line = root && problem.line === undefined ? lineOf(text, root, problem.path) : undefined;
    // A key may stand in the place of a name or of another value.
    const said = Object.fromEntries(
      Object.entries(problem).map(([field, text]) => [
        field,
        typeof text === 'string' ? redactSecrets(text) : text,
      ]),
    ) as unknown as Problem;
    return line === undefined ? said : { ...said, line };
  });
}

/** Undefined for a path that does not start in this text, such as the name of a variable. */
function lineOf(text: string, root: Node, path: string): number | undefined {
  const segments = parsePath(path) ?? [];
  for (let length = segments.length; length > 0; length--) {
    const node = findNodeAtLocation(root, segments.slice(0, length));
    // The parent of a value is its property, which starts with the name.
    if (node) return text.slice(0, (node.parent ?? node).offset).split(/\r\n|\r|\n/).length;
  }
  return undefined;
}
