/** A thousand streams of ten events a second. */
import { probeArguments } from '../child.ts';
import type { Part } from '../part.ts';
import { stream } from '../streaming.ts';

const streams = 1000;
const perSecond = 10;

export const manyStreams: Part = {
  name: 'streams',
  title: '1,000 streams of 10 events a second',
  rounds: 3,
  floors: ['pipe'],
  peers: true,
  rows: [
    {
      figure: 'complete',
      label: 'complete',
      more: true,
      unit: '',
      floor: 'pipe',
      target: { of: 'value', atLeast: streams },
    },
    {
      figure: 'kb',
      label: 'memory a stream',
      unit: 'KB',
      floor: 'pipe',
      target: { of: 'value', atMost: 60 },
    },
    { figure: 'heap', label: 'heap a stream, collected', unit: 'KB' },
    { figure: 'cpu', label: 'CPU an event', unit: 'µs', floor: 'pipe' },
    { figure: 'p50', label: 'late, p50', unit: 'ms', floor: 'pipe' },
    { figure: 'p99', label: 'late, p99', unit: 'ms', floor: 'pipe' },
  ],
  async measure(world, name) {
    const contender = await world.contender(
      name,
      world.subjects.some((one) => one.name === name) ? probeArguments() : [],
    );
    const cost = await stream(world, contender, {
      streams,
      answer: { events: 10 * perSecond, perWrite: 1, intervalMs: 1000 / perSecond, shape: 'text', bytes: 24 },
      skipMs: 2000,
      countMs: 5000,
    });
    // Each round has a fresh process: one that has served a thousand streams keeps their memory for the next thousand.
    await world.stopContender(name);
    return {
      complete: cost.complete,
      kb: (cost.during - cost.before) / 1000 / streams,
      heap: cost.heapPerStream / 1000,
      cpu: (cost.cpuMs * 1000) / cost.counted,
      ...cost.lateMs,
    };
  },
};
