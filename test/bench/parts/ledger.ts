/** `occ usage` over a year of ledgers, 300,000 requests, of which nothing was read before. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf } from '../../../lib/ledger/days.ts';
import { groupings } from '../../../lib/ledger/groups.ts';
import { writeYear } from '../../ledger/year.ts';
import type { Figures, Part } from '../part.ts';
import type { Started } from '../processes/starter.ts';
import type { Home } from '../subject.ts';
import type { World } from '../world.ts';

/** Reads the same bytes, and parses each line. */
const floor = `
const { readdirSync, readFileSync } = require('node:fs');
for (const name of readdirSync(process.argv[1]))
  for (const line of readFileSync(process.argv[1] + '/' + name, 'utf8').split('\\n')) if (line) JSON.parse(line);
`;

const folderIn = (home: Home): string => join(home.dir, '.local/state/occ/ledger');

const homes = new WeakMap<World, Map<string, Home>>();

/** The home of a subject with its year, which every round reads again. It is removed at the end of the program. */
function homeWithYear(world: World, subject: string): Home {
  const known = homes.get(world) ?? new Map<string, Home>();
  homes.set(world, known);
  let home = known.get(subject);
  if (home === undefined) {
    known.set(subject, (home = world.home(subject)));
    writeYear(folderIn(home), dayOf(new Date()));
  }
  return home;
}

export const ledger: Part = {
  name: 'ledger',
  title: '`occ usage` over a year of 300,000 requests, the first time',
  rounds: 5,
  floors: ['json'],
  rows: groupings.map((by) => ({
    figure: by,
    label: `--by ${by}`,
    unit: 'ms',
    floor: 'json',
    floorFigure: 'ms',
    target: { of: 'ratio', atMost: 1.5 } as const,
  })),
  async measure(world, name) {
    const starter = await world.starter();
    const home = homeWithYear(world, name === 'json' ? (world.subjects[0]?.name ?? '') : name);
    const run = async (args: string[]): Promise<number> => {
      const { ms } = await starter.ask<Started>({ command: process.execPath, args, env: home.env, times: 1 });
      return ms[0] ?? NaN;
    };
    if (name === 'json') return { ms: await run(['-e', floor, folderIn(home)]) };
    const figures: Figures = {};
    for (const by of groupings) {
      // What an earlier run has kept: sums of days, and compiled code.
      rmSync(join(home.dir, '.cache'), { recursive: true, force: true });
      figures[by] = await run(home.occ('usage', '--by', by, '--days', '366'));
    }
    return figures;
  },
};
