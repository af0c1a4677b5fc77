/**
 * Separates reasoning that a model writes into its text between `<think>` tags. These heuristics could remove legitimate
 * text, so they run only for models whose quirks enable them (P8).
 */

export interface Piece {
  type: 'text' | 'thinking';
  text: string;
}

export interface ThinkTags {
  push(text: string): Piece[];
  /** Releases the text that was held back as a possible tag. */
  end(): Piece[];
}

const opening = '<think>';
const closing = '</think>';

/**
 * Converts `<think>…</think>` at the start of a response to thinking. A tag may arrive in several pieces. Only the tags
 * and the white space before the first are removed.
 */
export function thinkTags(): ThinkTags {
  let phase: 'start' | 'thinking' | 'text' = 'start';
  let held = '';
  /** White space before anything else; gathered apart, since trimming it again with every piece takes quadratic time. */
  let blank = '';

  function push(text: string): Piece[] {
    if (phase === 'start' && held === '' && text.trimStart() === '') {
      blank += text;
      return [];
    }
    held += text;
    if (phase === 'start') {
      const trimmed = held.trimStart();
      if (opening.startsWith(trimmed) && trimmed !== opening) return [];
      if (!trimmed.startsWith(opening)) {
        phase = 'text';
        return release('text');
      }
      blank = '';
      phase = 'thinking';
      held = trimmed.slice(opening.length);
    }
    if (phase === 'text') return release('text');
    const at = held.indexOf(closing);
    if (at < 0) return release('thinking', held.length - tagStart(held));
    const thinking = held.slice(0, at);
    held = held.slice(at + closing.length);
    phase = 'text';
    return [...piece('thinking', thinking), ...release('text')];
  }

  function release(type: Piece['type'], length = held.length): Piece[] {
    const text = blank + held.slice(0, length);
    blank = '';
    held = held.slice(length);
    return piece(type, text);
  }

  return { push, end: () => release(phase === 'thinking' ? 'thinking' : 'text') };
}

/**
 * Removes a `</think>` at the start of a text block, with the white space around it. Qwen 3.7 on Go sends such a block
 * before tool use.
 */
export function strayThinkEnd(): { push(text: string): string; end(): string } {
  /** White space at the start, and what may be a tag after it. */
  let blank = '';
  let held = '';
  let phase: 'start' | 'after' | 'text' = 'start';

  function push(text: string): string {
    if (phase === 'text') return text;
    const rest = held === '' ? text.trimStart() : text;
    if (phase === 'start') blank += text.slice(0, text.length - rest.length);
    held += rest;
    if (phase === 'start') {
      if (closing.startsWith(held) && held !== closing) return '';
      if (held.startsWith(closing)) {
        phase = 'after';
        held = held.slice(closing.length).trimStart();
        blank = '';
      }
    }
    if (phase === 'after' && held === '') return '';
    phase = 'text';
    return blank + held;
  }

  return { push, end: () => (phase === 'start' ? blank + held : '') };
}

function piece(type: Piece['type'], text: string): Piece[] {
  return text === '' ? [] : [{ type, text }];
}

/** The number of characters at the end of `text` that may start a closing tag. */
function tagStart(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(closing.slice(0, length))) return length;
  }
  return 0;
}
