/**
 * What occ costs, as ratios to floors that are measured in the same run: absolute figures say more about the machine than
 * about the code. Prints a table; nothing passes or fails by it. See test/README.md.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBuiltIn } from '../support/built.ts';
import { readOptions, type Options } from './options.ts';
import { runRounds } from './rounds.ts';
import { toRows, type Row } from './rows.ts';
import { renderHead, renderPart } from './table.ts';
import { World } from './world.ts';

const here = fileURLToPath(new URL('../..', import.meta.url));

async function main({ parts, rounds, json, root = here }: Options): Promise<void> {
  const subject = { name: 'occ', root: resolve(root) };
  requireBuiltIn(subject.root);
  const world = await World.start([subject]);
  const all: Row[] = [];
  console.log(renderHead());
  for (const part of parts) {
    const count = rounds ?? part.rounds;
    const samples = await runRounds(part, world, count, 'full', (round) =>
      report(`${part.name}: ${round === 0 ? 'warming up' : `round ${round} of ${count}`}`),
    );
    report('');
    const rows = toRows(part.name, part.rows, samples, [subject.name]);
    all.push(...rows);
    console.log(`\n${renderPart(part.title, rows, 1)}`);
  }
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ schema: 1, node: process.version, rows: all }, null, 2)}\n`);
  }
}

/** Progress on a terminal's last line. */
function report(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

try {
  await main(readOptions(process.argv.slice(2)));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
