/** The flood in the wire formats that have no part of their own. */
import type { Effort, Figures, Part, RowPlan } from '../part.ts';
import { stream } from '../streaming.ts';

const chunks: Record<Effort, number> = { full: 100_000, short: 60_000 };
const others = ['responses', 'gemini'] as const;

export const formats: Part = {
  name: 'formats',
  title: 'Responses and Gemini: one stream of 100,000 chunks, 20 per write',
  rounds: 5,
  floors: ['parse'],
  rows: others.map((format): RowPlan => ({
    figure: format,
    label: `CPU a chunk, ${format}`,
    unit: 'µs',
    floor: 'parse',
    target: { of: 'ratio', atMost: 3 },
  })),
  async measure(world, name, effort) {
    const contender = await world.contender(name);
    const figures: Figures = {};
    for (const format of others) {
      const answer = {
        events: chunks[effort],
        perWrite: 20,
        intervalMs: 0,
        shape: 'text',
        bytes: 24,
      } as const;
      const cost = await stream(world, contender, { streams: 1, format, answer });
      figures[format] = (cost.cpuMs * 1000) / cost.events;
    }
    return figures;
  },
};
