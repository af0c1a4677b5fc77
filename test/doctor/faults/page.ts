/** Renders `matrix.md`: a table for each area, and the healthy set-ups. */
import type { Cure, Fault } from './fault.ts';

export interface Row {
  area: string;
  fault: Fault;
  cure: Cure;
  /** What was wrong with the diagnosis or the remedy. */
  wrong?: string;
}

const intro = [
  '# Planted faults',
  '',
  '`matrix.test.ts` plants each of these faults in a home of its own, runs the compiled `occ doctor`, carries out the remedy, and',
  'runs doctor again. It fails if another check finds the fault, if it names another side, or if the remedy does not end it.',
  '`UPDATE_GOLDEN=1 node test/run.mjs doctor/faults/matrix` writes this page again.',
  '',
  'The remedy:',
  '',
  '- `commands`: the printed commands, run as they are, end the fault.',
  '- `followed`: the printed commands run, and doing what the text says ends the fault.',
  '- everything else: the fault cannot be ended on this machine, so only the text is compared. It says who can.',
  '',
];

/** The lines of the page. */
export function pageOf(rows: readonly Row[], healthy: readonly string[]): string[] {
  const areas = [...new Set(rows.map(({ area }) => area))];
  return [
    ...intro,
    `${rows.filter((row) => row.wrong === undefined).length} of ${rows.length} faults are found by the right check, with the right side and a remedy that works.`,
    '',
    ...areas.flatMap((area) => tableOf(area, rows)),
    '## Nothing is wrong',
    '',
    'On these machines doctor neither warns nor fails:',
    '',
    ...healthy.map((name) => `- ${name}`),
  ];
}

function tableOf(area: string, rows: readonly Row[]): string[] {
  const cells = rows.filter((row) => row.area === area).map((row) => cellsOf(row));
  return [`## ${area}`, '', ...aligned([['broken', 'check', 'level', 'at fault', 'remedy'], ...cells]), ''];
}

/** As the formatter writes tables: every column as wide as its longest cell. */
function aligned([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map((row) => line(row))];
}

function cellsOf({ fault: { broken, expected }, cure, wrong }: Row): string[] {
  const worked = cure.how === 'told' ? cure.why : `\`${cure.how}\``;
  const remedy = wrong === undefined ? worked : `wrong: ${wrong.split('\n', 1)[0] ?? ''}`;
  return [broken, `\`${expected.check}\``, expected.level, expected.side, remedy];
}
