/** `occ help emulator`. */
import { failingIds } from '../../emulator/failing-models.ts';
import { situations } from '../../emulator/situations.ts';
import { joinBlocks, renderColumns, renderParagraph, type Row } from '../../terminal/columns.ts';

const intro =
  'The built-in emulator is a provider that needs no key and no network. It follows a script: it can write a file, read it back and report. occ launch --emulator uses it alone. In a configuration it is the provider "emulator", whose models can have any id.';

const modelsIntro =
  'The id of a model can say that it fails. Add -once to any of these for a model whose first stream fails, such as cut-once. To see a fallback: occ launch --emulator -m emulator/refuse-429';

const situationsIntro =
  'Words in a prompt do the same for any model: [emulator: cut]. With "for" they apply to one model only: [emulator: refuse 529 for model-a].';

export function renderEmulator(width: number): string[] {
  const rows = Object.values(situations).map(({ usage, about }): Row => [usage, about]);
  return joinBlocks([
    ['The emulator'],
    renderParagraph(intro, width),
    section('Models that fail', modelsIntro, failingIds, width),
    section('Situations', situationsIntro, rows, width),
  ]);
}

/** The column of the terms; longer ones stand above their meaning. */
const termColumn = 20;

function section(title: string, about: string, rows: readonly Row[], width: number): string[] {
  const lines = rows.flatMap((row) =>
    renderColumns([row], { width, termWidth: row[0].length > termColumn ? width : termColumn }),
  );
  return [title, ...renderParagraph(about, width), ...lines];
}
