/**
 * Tells whether a place in a Markdown text that arrives in pieces is inside code: a fenced block, or a span between
 * backticks on one line. What is quoted there is text, whatever it looks like.
 */

export interface CodeSpans {
  /** Reads the text up to a place; a run of backticks or tildes must not be cut in two. */
  read(text: string): void;
  inside(): boolean;
}

/** A fence, a backtick, a line end, or anything else that is not blank. */
const token = /`+|~{3,}|\n|[^\s`~]+/g;

export function codeSpans(): CodeSpans {
  /** The fence that is open. */
  let fence = '';
  /** The backticks of an open span. */
  let span = '';
  /** Nothing but white space so far on this line. */
  let blank = true;

  function readToken(text: string): void {
    if (text === '\n') {
      blank = true;
      span = '';
      return;
    }
    const isFence = blank && text.length >= 3 && /^[`~]/.test(text);
    blank = false;
    if (fence !== '') {
      if (isFence && text.startsWith(fence)) fence = '';
    } else if (isFence) fence = text;
    else if (text.startsWith('`')) span = span === '' ? text : span === text ? '' : span;
  }

  return {
    read(text) {
      for (const [found] of text.matchAll(token)) readToken(found);
    },
    inside: () => fence !== '' || span !== '',
  };
}
