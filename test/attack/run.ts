/**
 * `npm run attack [-- --short] [--json] [selection...]`: attacks the built proxy and a bare one beside it. Exits with 1 if
 * anything is neither refused nor bounded.
 */
import { campaign } from './campaign.ts';
import { renderRow, renderSum } from './table.ts';

const args = process.argv.slice(2);
const json = args.includes('--json');
const unknown = args.filter((arg) => arg.startsWith('-') && !['--short', '--json'].includes(arg));
if (unknown.length > 0) {
  console.error(`unknown option ${unknown.join(' ')}; there are --short and --json`);
  process.exit(2);
}
let group = '';
const rows = await campaign({
  short: args.includes('--short'),
  selections: args.filter((arg) => !arg.startsWith('-')),
  onRow(row) {
    if (json) return;
    if (row.group !== group) console.log(`\n${row.group}`);
    group = row.group;
    console.log(renderRow(row));
  },
});
console.log(json ? JSON.stringify({ schema: 1, rows }, null, 2) : `\n${renderSum(rows)}`);
process.exitCode =
  rows.length === 0 || rows.some(({ end, skipped }) => skipped === undefined && end === 'open') ? 1 : 0;
