/**
 * What occ costs, as ratios to floors that are measured in the same run: absolute figures say more about the machine than
 * about the code. Prints a table; only the gate passes or fails. See test/README.md.
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBuiltIn } from '../support/built.ts';
import { renderVerdict, runGate } from './gate.ts';
import { writeReport } from './json.ts';
import { fewest } from './flat.ts';
import { readOptions, type Options } from './options.ts';
import { clearProgress, onTerminal } from './progress.ts';
import { runRounds } from './rounds.ts';
import { toRows, type Row } from './rows.ts';
import { soak } from './soak.ts';
import { judgeSoak, renderFlatness, renderSample, renderSampleHead } from './soak-report.ts';
import { renderHead, renderLoad, renderPart } from './table.ts';
import { World } from './world.ts';

const here = fileURLToPath(new URL('../..', import.meta.url));

/** Resolves to the exit code. */
async function main(options: Options): Promise<number> {
  const subject = { name: 'occ', root: resolve(options.root ?? here) };
  requireBuiltIn(subject.root);
  const world = await World.start([subject], options.peers);
  if (options.gate) return gate(world, subject.name);
  if (options.soak !== undefined) return longRun(world, options.soak, options.json);
  await table(world, subject.name, options);
  return 0;
}

/** 1 if something is not flat. */
async function longRun(world: World, minutes: number, json: string | undefined): Promise<number> {
  console.log(renderSampleHead());
  const samples = await soak(world, minutes, (sample) => console.log(renderSample(sample)));
  if (samples.length < fewest) throw new Error(`${samples.length} samples are too few; run it for longer`);
  const verdicts = judgeSoak(samples);
  console.log(`\n${verdicts.map(renderFlatness).join('\n')}`);
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ schema: 1, samples, verdicts }, null, 2)}\n`);
  return verdicts.every(({ flat }) => flat) ? 0 : 1;
}

async function table(world: World, subject: string, { parts, rounds, json, peers }: Options): Promise<void> {
  const all: Row[] = [];
  const loads = [loadavg()[0] ?? 0];
  console.log(renderHead());
  for (const part of parts) {
    const samples = await runRounds(part, world, rounds ?? part.rounds, 'full', onTerminal);
    clearProgress();
    const beside = part.peers ? peers.map(({ name }) => name) : [];
    const rows = toRows(part.name, part.rows, samples, [subject, ...beside]);
    all.push(...rows);
    loads.push(loadavg()[0] ?? 0);
    console.log(`\n${renderPart(part.title, rows, subject)}`);
  }
  console.log(`\n${renderLoad(loads)}`);
  writeReport(json, loads, all);
}

async function gate(world: World, subject: string): Promise<number> {
  const verdicts = await runGate(world, subject, onTerminal);
  clearProgress();
  console.log(verdicts.map(renderVerdict).join('\n'));
  if (verdicts.every(({ passed }) => passed)) return 0;
  console.log('occ uses more CPU time than the limits allow. See test/README.md, "Speed".');
  return 1;
}

try {
  process.exit(await main(readOptions(process.argv.slice(2))));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
