/** `occ help exit-codes`. */
import { exitCodeMeanings, exitCodes } from '../../errors.ts';
import { joinBlocks, renderColumns, renderParagraph } from '../../terminal/columns.ts';

export function renderExitCodes(width: number): string[] {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  const rows = names.map((name) => [String(exitCodes[name]), exitCodeMeanings[name]] as const);
  return joinBlocks([
    ['Exit codes'],
    renderColumns(rows, { width }),
    renderParagraph(
      'occ launch ends with the exit code of its client: with 128+n if signal n ended it. An error of occ itself is one line that begins with "occ:", followed by the next step.',
      width,
    ),
  ]);
}
