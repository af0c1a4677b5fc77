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
  const peers = part.peers ? world.peers.map(({ name }) => name) : [];
  const contenders = [...part.floors, ...world.subjects.map(({ name }) => name), ...peers];
  const samples: Samples = new Map(contenders.map((name) => [name, []]));
  try {
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      progress(part.name, round, rounds);
      // The first one runs with what the previous round has left, so the order changes.
      for (const name of round % 2 === 0 ? contenders : contenders.toReversed()) {
        const figures = peers.includes(name)
          ? await measurePeer(part, world, name, effort)
          : await part.measure(world, name, effort);
        if (round > 0) samples.get(name)?.push(figures);
      }
    }
  } finally {
    await world.stopContenders();
  }
  return samples;
}

/** A peer that fails under a load has no figure there, and the run goes on without it. */
async function measurePeer(part: Part, world: World, name: string, effort: Effort): Promise<Figures> {
  try {
    return await part.measure(world, name, effort);
  } catch (error) {
    console.error(
      `${part.name}: ${name}: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`,
    );
    await world.stopContender(name);
    return {};
  }
}
