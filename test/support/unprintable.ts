/** Finds what a terminal would act on in text that occ has printed or written. */

/**
 * The code points that must not be there: C0 without line feed and tab, DEL, C1, the separators of lines, and the controls
 * of the direction of text. Written as numbers, so that it shares nothing with the expression of `lib/`.
 */
export function unprintable(text: string): string[] {
  const found = new Set<number>();
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const control = (code < 0x20 && code !== 0x0a && code !== 0x09) || (code >= 0x7f && code <= 0x9f);
    const direction = code === 0x61c || code === 0x200e || code === 0x200f;
    const format = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    if (control || direction || format) found.add(code);
  }
  return [...found].map((code) => code.toString(16));
}

/** The text without the colours and weights that occ uses. */
export function withoutStyles(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return text.replaceAll(/\u001b\[(?:1|2|22|31|32|33|39)m/g, '');
}
