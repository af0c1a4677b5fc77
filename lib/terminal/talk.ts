/** Sentences of occ on stderr: wrapped on a terminal, with following lines indented below the text; one line in a pipe. */
import type { Output } from './output.ts';
import { widthOf } from './width.ts';
import { wrap } from './wrap.ts';

const prefix = 'occ: ';

/** Prints a sentence, unless --quiet is given. */
export async function say(output: Output, sentence: string): Promise<void> {
  if (!output.quiet) output.info(await hanging(sentence, output));
}

/** Prints a warning, also with --quiet. */
export async function warn(output: Output, sentence: string): Promise<void> {
  output.warn(await hanging(sentence, output));
}

async function hanging(sentence: string, { stderr }: Output): Promise<string> {
  const width = widthOf(stderr);
  if (width === undefined) return `${prefix}${sentence}`;
  const lines = wrap(sentence, width - prefix.length);
  return `${prefix}${lines.join(`\n${' '.repeat(prefix.length)}`)}`;
}
