/** Reads the string of a JSON object with one field, while its pieces arrive. */

export interface InputText {
  /** The new characters of the string. Nothing comes if the object begins with anything else than the field. */
  push(piece: string): string;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export function inputText(field: string): InputText {
  const head = new RegExp(String.raw`^\s*\{\s*"${field}"\s*:\s*"`);
  /** What is not read yet: the head, or an escape that is not whole. */
  let rest = '';
  let state: 'head' | 'text' | 'end' = 'head';

  function readHead(): void {
    const found = head.exec(rest);
    if (found) {
      state = 'text';
      rest = rest.slice(found[0].length);
    } else if (rest.length > longestHead) state = 'end';
  }

  function readText(): string {
    let text = '';
    let at = 0;
    while (at < rest.length) {
      const next = nextSpecial(rest, at);
      text += rest.slice(at, next);
      at = next;
      if (at === rest.length) break;
      if (rest[at] === '"') {
        state = 'end';
        break;
      }
      const read = readEscape(rest, at);
      if (read === undefined) break;
      text += read.text;
      at = read.end;
    }
    rest = state === 'end' ? '' : rest.slice(at);
    return text;
  }

  return {
    push(piece) {
      if (state === 'end') return '';
      rest += piece;
      if (state === 'head') readHead();
      return state === 'text' ? readText() : '';
    },
  };
}

/** Characters; white space before the string that no server sends. */
const longestHead = 200;

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '"' || text[at] === '\\') return at;
  return text.length;
}

/** The escape at `at`; undefined if its end has not arrived. */
function readEscape(text: string, at: number): { text: string; end: number } | undefined {
  const kind = text[at + 1];
  if (kind === undefined) return undefined;
  if (kind !== 'u') return { text: escapes[kind] ?? '', end: at + 2 };
  const code = text.slice(at + 2, at + 6);
  if (code.length < 4) return undefined;
  return { text: String.fromCharCode(Number.parseInt(code, 16)), end: at + 6 };
}
