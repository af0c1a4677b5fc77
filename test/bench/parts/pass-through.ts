/** Messages asked and messages answered: the bytes pass nearly as they come. */
import type { Effort, Part } from '../part.ts';
import { eventsOneByOne, floodOf, stream } from '../streaming.ts';

const events: Record<Effort, number> = { full: 200_000, short: 100_000 };

export const passThrough: Part = {
  name: 'pass-through',
  title: 'Messages to messages: as fast as it goes, and 50 streams of 100 a second',
  rounds: 5,
  floors: ['pipe', 'parse'],
  rows: [
    {
      figure: 'mb',
      label: 'MB a CPU second',
      more: true,
      unit: '',
      floor: 'pipe',
      target: { of: 'ratio', atLeast: 0.5 },
    },
    { figure: 'cpu', label: 'CPU an event', unit: 'µs', floor: 'parse', gate: 4 },
    { figure: 'paced', label: 'CPU, one by one', unit: 'µs', floor: 'pipe' },
  ],
  async measure(world, name, effort) {
    const contender = await world.contender(name);
    const cost = await stream(world, contender, {
      streams: 1,
      format: 'messages',
      answer: floodOf(events[effort]),
    });
    const paced =
      effort === 'full' ? await eventsOneByOne(world, contender, effort, { format: 'messages' }) : undefined;
    return {
      paced: paced?.cpu ?? NaN,
      mb: cost.bytes / 1e6 / (cost.cpuMs / 1000),
      cpu: (cost.cpuMs * 1000) / cost.events,
    };
  },
};
