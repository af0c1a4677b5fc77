/** Paths in the configuration as users write them: `fallbacks.default[0].provider`. */

export type Segment = string | number;

/** Keys that are not identifiers are quoted: `model_overrides["claude-opus-4.5"].provider`. */
export function renderPath(segments: readonly Segment[]): string {
  let path = '';
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`;
    else if (!/^[A-Za-z_$][\w$-]*$/.test(segment)) path += `[${JSON.stringify(segment)}]`;
    else path += path === '' ? segment : `.${segment}`;
  }
  return path;
}

/** The reverse of `renderPath`; undefined for text that is not a path. */
export function parsePath(path: string): Segment[] | undefined {
  const segments: Segment[] = [];
  const piece = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (piece.lastIndex < path.length) {
    const found = piece.exec(path);
    if (!found) return undefined;
    const [, word, index, quoted] = found;
    if (word !== undefined) segments.push(word);
    else if (index !== undefined) segments.push(Number(index));
    else segments.push(JSON.parse(quoted ?? '""') as string);
  }
  return segments.length > 0 ? segments : undefined;
}
