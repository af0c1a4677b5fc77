/** Events one by one, as models send them: 50 streams of 100 events a second. */
import type { Effort, Part } from '../part.ts';
import { stream } from '../streaming.ts';

const perSecond = 100;

/** Seconds that are counted, after one in which the streams begin. */
const counted: Record<Effort, number> = { full: 4, short: 2.5 };

export const event: Part = {
  name: 'event',
  title: '50 streams of 100 events a second, which come one by one',
  rounds: 5,
  floors: ['pipe', 'parse'],
  rows: [
    {
      figure: 'cpu',
      label: 'CPU an event',
      unit: 'µs',
      floor: 'pipe',
      target: { of: 'ratio', atMost: 1.5 },
      gate: 4,
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
    const contender = await world.contender(name);
    const seconds = counted[effort];
    const events = (seconds + 1.5) * perSecond;
    const cost = await stream(world, contender, {
      streams: 50,
      answer: { events, perWrite: 1, intervalMs: 1000 / perSecond, shape: 'text', bytes: 24 },
      skipMs: 1000,
      countMs: seconds * 1000,
    });
    return { cpu: (cost.cpuMs * 1000) / cost.counted, ...cost.lateMs };
  },
};
