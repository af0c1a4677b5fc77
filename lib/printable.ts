/**
 * Makes text safe for a terminal. Names of a configuration, a client or an upstream may contain anything, and a terminal
 * acts on control characters (ECMA-48): they move its cursor, set its title and write its clipboard. Pure.
 */

/**
 * The controls C0, DEL and C1, the separators U+2028 and U+2029, and the controls of the direction of text, which show a
 * name in another order than it has (Unicode Technical Report 36, 3.6).
 */
const unsafe = /\r\n|[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Colours and weights that occ itself uses, and what ends them: the parameters of Select Graphic Rendition. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const ownStyles = /(\u001b\[(?:[12]|22|3[1-3]|39)m)/u;

/**
 * The text with every unsafe character as its escape in JSON, such as `\u001b`, so that the name can still be found. Line
 * feeds and tabs are kept. JSON text keeps its meaning, because it has such characters within strings only. With
 * `keepStyles`, the styles of occ are kept, too.
 */
export function printable(text: string, keepStyles = false): string {
  if (!keepStyles) return text.replace(unsafe, escaped);
  // Every second part is a style.
  return text
    .split(ownStyles)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(unsafe, escaped)))
    .join('');
}

/** The same for one line: line feeds and tabs are escaped, too, so that no name in it can start another line. */
export function printableLine(line: string, keepStyles = false): string {
  return printable(line, keepStyles).replace(/[\n\t]/g, escapedControl);
}

/**
 * The same with at most `most` characters, for a name that somebody else chose. Of a longer text the end is kept, in which
 * paths and ids differ.
 */
export function shortLine(text: string, most: number): string {
  const line = printableLine(text);
  return line.length > most ? `…${line.slice(1 - most)}` : line;
}

function escaped(found: string): string {
  if (found === '\r\n') return '\n';
  return found === '\n' || found === '\t' ? found : escapedControl(found);
}

function escapedControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
