/** The tables of `grid.md`. Pure. */
import { wireFormats } from '../../lib/wire/formats.ts';
import { clients } from '../../lib/clients/clients.ts';
import type { Cell } from './cells.ts';
import { columns } from './grid-columns.ts';

const title = `# Each client on each format of upstream

\`npm run grid\` writes this page: the real clients, on models of the emulator, on the machine that ran it. A cell without a
mark has not run there.

`;

const behaviours = `
Each behaviour of a client meets one format of upstream, and each format comes up; with \`OCC_TESTS=exhaustive\`, every one
does. At Ctrl-C, the figure is the time from the key until the upstream request is aborted; \`occ launch\` exits with the code
that the client exits with. On a screen, it is the time from Esc, or the key that the client has for it. \`escape.e2e.ts\` tests
the screen of Claude Code.

`;

/** A table with the four formats and one with the behaviours; a row for each client. */
export function toTables(cells: readonly Cell[]): string {
  return title + table(cells, wireFormats) + behaviours + table(cells, [...columns, 'screen']);
}

function table(cells: readonly Cell[], names: readonly string[]): string {
  const row = (words: readonly string[]): string => `| ${words.join(' | ')} |\n`;
  let out = row(['client', ...names]) + row(['client', ...names].map(() => '---'));
  for (const { package: client } of clients) {
    const own = cells.filter((one) => one.client === client.title);
    const version = own.find((one) => one.version !== '')?.version ?? '';
    out += row([`${client.title} ${version}`.trim(), ...names.map((column) => mark(own, column))]);
  }
  return out;
}

function mark(cells: readonly Cell[], wanted: string): string {
  // Tests end in any order.
  const own = cells.filter(({ column }) => column === wanted).sort((a, b) => (a.note < b.note ? -1 : 1));
  return own.map(({ passed, note }) => `${passed ? '✔' : '✖'} ${note}`.trim()).join('<br>');
}
