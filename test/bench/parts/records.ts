/**
 * What it costs to record requests in memory and in the ledger: the proxy from the sources of this checkout as users run it,
 * beside the same one without both.
 */
import type { Part, RowPlan } from '../part.ts';
import { eventsOneByOne, floodOf, stream } from '../streaming.ts';
import { firstEvents, sizes } from './first-event.ts';

/** Differences are small, so more requests than for the part `first-event`. */
const measured = {
  '1kb': { ...sizes['1kb'], times: 300 },
  '200kb': sizes['200kb'],
  captured: sizes.captured,
};

const row = (figure: string, label: string, unit: string, more: Partial<RowPlan> = {}): RowPlan => ({
  figure,
  label,
  unit,
  floor: 'unrecorded',
  target: { of: 'ratio', atMost: 1.03 },
  ...more,
});

export const records: Part = {
  name: 'records',
  title: 'With recordings and ledger, as a multiple of the same proxy without both',
  // Rounds differ by ten times as much as the bound, mostly by what the collector does in them.
  rounds: 24,
  floors: ['direct', 'unrecorded'],
  rows: [
    ...Object.entries(measured).flatMap(([size, { label }]) => [
      row(size, `added, p50, ${label}`, 'ms', { minus: 'direct' }),
      row(`${size} cpu`, `CPU a request, ${label}`, 'ms'),
    ]),
    row('event', 'CPU an event, one by one', 'µs'),
    row('late', 'late, p50, one by one', 'ms'),
    row('flood', 'CPU a chunk, flood', 'µs'),
  ],
  async measure(world, name, effort) {
    // Another checkout is not what this one was compiled from.
    if (world.subjects.length > 1) return {};
    const isSubject = world.subjects.some((one) => one.name === name);
    const contender = await world.contender(isSubject ? 'recorded' : name);
    const figures = await firstEvents(world, contender, measured);
    if (name === 'direct') return figures;
    const { cpu: event, p50: late } = await eventsOneByOne(world, contender, effort);
    const { cpuMs, events } = await stream(world, contender, { streams: 1, answer: floodOf(200_000) });
    return { ...figures, event, late, flood: (cpuMs * 1000) / events };
  },
};
