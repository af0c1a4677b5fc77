/** Events one by one, as models send them: 50 streams of 100 events a second. */
import type { Part } from '../part.ts';
import { eventsOneByOne } from '../streaming.ts';

export const event: Part = {
  name: 'event',
  title: '50 streams of 100 events a second, which come one by one',
  rounds: 5,
  floors: ['pipe', 'parse'],
  peers: true,
  rows: [
    {
      figure: 'cpu',
      label: 'CPU an event',
      unit: 'µs',
      floor: 'pipe',
      target: { of: 'ratio', atMost: 1.5 },
      gate: 3,
    },
    {
      figure: 'p50',
      label: 'late, p50',
      unit: 'ms',
      floor: 'pipe',
      target: { of: 'difference', atMost: 1 },
    },
    {
      figure: 'p99',
      label: 'late, p99',
      unit: 'ms',
      floor: 'pipe',
      target: { of: 'difference', atMost: 10 },
    },
  ],
  async measure(world, name, effort) {
    return eventsOneByOne(world, await world.contender(name), effort);
  },
};
