/** One stream as fast as it goes, 20 chunks per write. */
import type { Effort, Part } from '../part.ts';
import { floodOf, stream } from '../streaming.ts';

const chunks: Record<Effort, number> = { full: 200_000, short: 60_000 };

export const flood: Part = {
  name: 'flood',
  title: 'One stream of 200,000 chunks, 20 per write',
  rounds: 5,
  floors: ['pipe', 'parse'],
  peers: true,
  rows: [
    {
      figure: 'cpu',
      label: 'CPU a chunk',
      unit: 'µs',
      floor: 'parse',
      target: { of: 'ratio', atMost: 3 },
      gate: 2.8,
    },
    { figure: 'cpu', label: 'CPU a chunk', unit: 'µs', floor: 'pipe' },
  ],
  async measure(world, name, effort) {
    const contender = await world.contender(name);
    const cost = await stream(world, contender, {
      streams: 1,
      answer: floodOf(chunks[effort]),
    });
    return { cpu: (cost.cpuMs * 1000) / cost.events };
  },
};
