/** Words of commands that people paste into a POSIX shell. */

/** Quotes a word only if the shell requires it. */
export function quote(word: string): string {
  return isPlainWord(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether every shell takes the word as it is. */
export function isPlainWord(word: string): boolean {
  return /^[\w@%+=:,./-]+$/.test(word);
}
