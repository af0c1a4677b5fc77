/** The table of `occ doctor --list`. */
import type { Listed } from '../../doctor/report.ts';
import { wrap } from '../../terminal/wrap.ts';

const narrowest = 30;
const widest = 100;

/** One entry for each check, with what it proves; in two lines each where the columns are few. */
export function renderList(listed: readonly Listed[], columns = widest): string[] {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const codeWidth = Math.max(...listed.map(({ code }) => code.length));
  const hang = width < 60 ? 4 : codeWidth + 2;
  return listed.flatMap(({ code, title, kinds, long, client }) => {
    const notes = `${long ? '; long' : ''}${client ? '; with --claude' : ''}`;
    const lines = wrap(`${title} (${kinds.join(', ')}${notes})`, width - hang);
    const below = (some: readonly string[]): string[] => some.map((line) => ' '.repeat(hang) + line);
    if (width < 60) return [code, ...below(lines)];
    return [`${code.padEnd(codeWidth)}  ${lines[0] ?? ''}`, ...below(lines.slice(1))];
  });
}
