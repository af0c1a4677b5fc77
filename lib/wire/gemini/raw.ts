/**
 * A member of a JSON text as it stands there. Arguments are told to the client as the upstream wrote them (L9): parsed and
 * printed again, a long number would be another one.
 */

/** The text of the value at `path`; undefined when there is none. `text` has to be JSON. */
export function rawAt(text: string, path: readonly (string | number)[]): string | undefined {
  const at = placeOf(text, path);
  return at === undefined ? undefined : text.slice(at, endOf(text, at));
}

/** The texts of all entries of the list at `path`, or of the one value there; none where there is nothing. */
export function rawItems(text: string, path: readonly (string | number)[]): string[] {
  const at = placeOf(text, path);
  if (at === undefined) return [];
  if (text[at] !== '[') return [text.slice(at, endOf(text, at))];
  const items: string[] = [];
  for (let next = solid(text, at + 1); next < text.length && text[next] !== ']';) {
    const end = endOf(text, next);
    items.push(text.slice(next, end));
    next = solid(text, end);
    if (text[next] === ',') next = solid(text, next + 1);
  }
  return items;
}

function placeOf(text: string, path: readonly (string | number)[]): number | undefined {
  let at: number | undefined = solid(text, 0);
  for (const step of path) {
    at = member(text, at, step);
    if (at === undefined) return undefined;
  }
  return at;
}

/** Where the member begins; of two with one name the last counts, as for every reader of JSON. */
function member(text: string, at: number, step: string | number): number | undefined {
  const isObject = text[at] === '{';
  if (!isObject && text[at] !== '[') return undefined;
  let found: number | undefined;
  let next = solid(text, at + 1);
  for (let n = 0; next < text.length && text[next] !== '}' && text[next] !== ']'; n++) {
    let name: string | number = n;
    if (isObject) {
      const end = endOf(text, next);
      name = JSON.parse(text.slice(next, end)) as string;
      next = solid(text, solid(text, end) + 1); // past the colon
    }
    if (name === step) found = next;
    if (name === step && !isObject) return found;
    next = solid(text, endOf(text, next));
    if (text[next] === ',') next = solid(text, next + 1);
  }
  return found;
}

/** The index behind the value that begins at `at`. */
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

function solid(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++;
  return at;
}
