/**
 * Prepares the text of a refusal for comparison: what an upstream quotes from the request or calls its model must not be
 * read as a statement about the request. Everything here is linear in the text, and reads at most `maxText` characters.
 */

/** Characters of one message that are read; error facts are as long at most. */
export const maxText = 4096;

/** Between the messages of one refusal. */
export const separator = '·';

/** Lower case, without quotation marks, with single spaces. */
export function normalized(text: string): string {
  return text
    .slice(0, maxText)
    .toLowerCase()
    .replaceAll(/[‘’“”„«»`'"]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '“': '”', '‘': '’' };

/** A quotation of at least so many words is text of the request, not the name of a field or a value. */
const quotedWords = 4;

/** Before a quotation that is the upstream's own message. */
const introducesMessage =
  /(?:(?:error|exception|message|detail|reason|template|says|said)["']?\s*[:=]?| -)\s*$/i;

/**
 * The text without what it quotes from the request: the inputs that validators repeat (`input_value='…'`), quotations
 * of several words, stack traces and addresses of pages.
 */
export function withoutQuotations(text: string): string {
  const read = withoutTraces(withoutInputs(text.slice(0, maxText))).replaceAll(address, 'URL');
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at < read.length; at++) {
    const end = closing[read[at] ?? ''];
    if (end === undefined || isWordCharacter(read[at - 1])) continue;
    const close = closeOf(read, at + 1, end);
    if (close === -1) continue;
    const quoted = read.slice(at + 1, close);
    const message = introducesMessage.test(read.slice(Math.max(0, at - 24), at)) && close >= read.length - 3;
    if (wordsIn(quoted) >= quotedWords && !message) {
      kept.push(read.slice(from, at));
      from = close + 1;
    }
    at = message ? at : close;
  }
  kept.push(read.slice(from));
  return kept.join(' ');
}

/** Addresses have names and numbers too: `…/api-reference#top_p`. */
const address = /\bhttps?:\/\/[\w./:?&=#%~+@-]+/gi;

/** Pydantic repeats the value that it refuses, and ends it with its type. */
function withoutInputs(text: string): string {
  const start = text.indexOf('input_value=');
  if (start === -1) return text;
  const parts = text.split('input_value=');
  const rest = parts.slice(1).map((part) => {
    const end = part.indexOf(', input_type=');
    return end === -1 ? '' : part.slice(end);
  });
  return [parts[0], ...rest].join('');
}

/** Lines of stack traces name functions and files. Python adds the line of source below; line ends may be escaped. */
function withoutTraces(text: string): string {
  const lines = text.split(/\n|\\n/);
  if (lines.length === 1) return text;
  const isFile = (line = ''): boolean => /^\s*File \\?"/.test(line);
  return lines
    .filter((line, at) => !isFile(line) && !isFile(lines[at - 1]) && !/^\s+at \S/.test(line))
    .join('\n');
}

/** Where a quotation ends: at its mark, unless a letter follows as in `model's`. -1 if it does not end. */
function closeOf(text: string, from: number, mark: string): number {
  let at = text.indexOf(mark, from);
  while (at !== -1 && isWordCharacter(text[at + 1])) at = text.indexOf(mark, at + 1);
  return at;
}

function isWordCharacter(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}_]/u.test(char);
}

function wordsIn(text: string): number {
  return text.trim().split(/\s+/, quotedWords).length;
}

/**
 * The text without the model's id, whose parts (`grok-reasoning`, `gpt-128k`) look like fields and numbers. An id that is a
 * word, such as the one of `openrouter/auto`, stays: it is more often that word.
 */
export function withoutModel(text: string, modelId: string): string {
  const ids = [modelId, modelId.slice(modelId.lastIndexOf('/') + 1)].filter(
    (id) => id.length > 3 && !/^[a-z_]+$/i.test(id),
  );
  return ids.reduce((kept, id) => replaceWord(kept, id, 'model'), text);
}

function replaceWord(text: string, word: string, by: string): string {
  const lower = text.toLowerCase();
  const sought = word.toLowerCase();
  const kept: string[] = [];
  let from = 0;
  // Lower case of some letters is longer, and then the positions differ.
  if (lower.length !== text.length) return text;
  for (let at = lower.indexOf(sought); at !== -1; at = lower.indexOf(sought, at + sought.length)) {
    if (/\w/.test(lower[at - 1] ?? '') || /\w/.test(lower[at + sought.length] ?? '')) continue;
    kept.push(text.slice(from, at), by);
    from = at + sought.length;
  }
  kept.push(text.slice(from));
  return kept.join('');
}
