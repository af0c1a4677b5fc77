/**
 * Reads the source text of a JSON value. Arguments pass to the client as the upstream wrote them (L9): parsing and printing
 * would change large numbers.
 */

/** The text of the value at `path`; undefined if there is none. `text` must be valid JSON. */
export function rawAt(text: string, path: readonly (string | number)[]): string | undefined {
  const at = placeOf(text, path);
  return at === undefined ? undefined : text.slice(at, endOf(text, at));
}

/** The texts of the entries of the list at `path`, or of the single value there; empty if there is none. */
export function rawItems(text: string, path: readonly (string | number)[]): string[] {
  const at = placeOf(text, path);
  if (at === undefined) return [];
  if (text[at] !== '[') return [text.slice(at, endOf(text, at))];
  const items: string[] = [];
  for (let next = skipSpace(text, at + 1); next < text.length && text[next] !== ']';) {
    const end = endOf(text, next);
    items.push(text.slice(next, end));
    next = skipSpace(text, end);
    if (text[next] === ',') next = skipSpace(text, next + 1);
  }
  return items;
}

/** The text with other values: each path with the JSON that replaces what it names. A path without a value changes nothing. */
export function withRaw(
  text: string,
  replaced: readonly { path: readonly (string | number)[]; json: string }[],
): string {
  const edits = replaced.flatMap(({ path, json }) => {
    const at = placeOf(text, path);
    return at === undefined ? [] : [{ at, end: endOf(text, at), json }];
  });
  edits.sort((one, other) => other.at - one.at);
  return edits.reduce((changed, { at, end, json }) => changed.slice(0, at) + json + changed.slice(end), text);
}

function placeOf(text: string, path: readonly (string | number)[]): number | undefined {
  let at: number | undefined = skipSpace(text, 0);
  for (const step of path) {
    at = member(text, at, step);
    if (at === undefined) return undefined;
  }
  return at;
}

/** The position of a member; the last one of duplicate names, as in `JSON.parse`. */
function member(text: string, at: number, step: string | number): number | undefined {
  const isObject = text[at] === '{';
  if (!isObject && text[at] !== '[') return undefined;
  let found: number | undefined;
  let next = skipSpace(text, at + 1);
  for (let n = 0; next < text.length && text[next] !== '}' && text[next] !== ']'; n++) {
    let name: string | number = n;
    if (isObject) {
      const end = endOf(text, next);
      name = JSON.parse(text.slice(next, end)) as string;
      next = skipSpace(text, skipSpace(text, end) + 1); // past the colon
    }
    if (name === step) found = next;
    if (name === step && !isObject) return found;
    next = skipSpace(text, endOf(text, next));
    if (text[next] === ',') next = skipSpace(text, next + 1);
  }
  return found;
}

/** The position after the value that begins at `at`. */
function endOf(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  if (text[at] !== '{' && text[at] !== '[') {
    let end = at;
    while (end < text.length && !delimiters.has(text[end] ?? '')) end++;
    return end;
  }
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = stringEnd(text, i) - 1;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return text.length;
}

function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

const delimiters: ReadonlySet<string> = new Set([',', '}', ']', ' ', '\t', '\n', '\r']);

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++;
  return at;
}
