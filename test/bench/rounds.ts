/** Runs a part: every contender once per round, so that whatever else the machine does meets all of them. */
import type { Effort, Figures, Part } from './part.ts';
import type { Progress } from './progress.ts';
import type { World } from './world.ts';

/** The figures of each round, by contender. */
export type Samples = Map<string, Figures[]>;

export async function runRounds(
  part: Part,
  world: World,
  rounds: number,
  effort: Effort,
  progress: Progress,
): Promise<Samples> {
  const contenders = [...part.floors, ...world.subjects.map(({ name }) => name)];
  const samples: Samples = new Map(contenders.map((name) => [name, []]));
  try {
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      progress(part.name, round, rounds);
      for (const name of contenders) {
        const figures = await part.measure(world, name, effort);
        if (round > 0) samples.get(name)?.push(figures);
      }
    }
  } finally {
    await world.stopContenders();
  }
  return samples;
}
