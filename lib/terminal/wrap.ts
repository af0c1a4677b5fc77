/** Wraps text between words. Escape sequences of colours take no width, and wide characters take two columns. */
import { wrapAnsi } from 'fast-wrap-ansi';

/** The lines of `text` at `width` columns. A longer word, such as a path or URL, gets a line of its own and stays whole. */
export function wrap(text: string, width: number): string[] {
  const words = text.trim().split(/\s+/).join(' ');
  return wrapAnsi(words, Math.max(1, width)).split('\n');
}
