/** The time to the first event: what a person waits for longer because there is a proxy. One request at a time. */
import { bodyOf, capturedBodies } from '../bodies.ts';
import type { Figures, Part, RowPlan } from '../part.ts';
import { oneEvent } from '../processes/answer.ts';
import type { Sequence } from '../processes/load.ts';
import { quantile } from '../statistics.ts';
import type { Contender, World } from '../world.ts';

interface Size {
  label: string;
  bodies: (model: string) => string[];
  /** Requests of each body per round. */
  times: number;
  /** The bound of what occ adds, as a multiple of what the parse floor adds. */
  atMost: number;
  /** The largest multiple of the parse floor's CPU time with which the gate passes. */
  gate?: number;
}

const sized = (label: string, bytes: number, times: number, atMost: number): Size => ({
  label,
  bodies: (model) => [bodyOf(bytes, model)],
  times,
  atMost,
});

export const sizes = {
  '1kb': sized('1 KB', 1000, 60, 2),
  '200kb': sized('200 KB', 200_000, 40, 1.5),
  '1mb': sized('1 MB', 1_000_000, 15, 1.3),
  // Between 1 and 150 KB, mostly 55.
  captured: { label: 'captured', bodies: capturedBodies, times: 2, atMost: 1.5, gate: 6 },
} satisfies Record<string, Size>;

const rows = Object.entries<Size>(sizes).flatMap(([name, { label, atMost, gate }]): RowPlan[] => [
  {
    figure: name,
    label: `added, p50, ${label}`,
    unit: 'ms',
    floor: 'parse',
    minus: 'direct',
    target: { of: 'ratio', atMost },
  },
  {
    figure: `${name} cpu`,
    label: `CPU a request, ${label}`,
    unit: 'ms',
    floor: 'parse',
    ...(gate !== undefined && { gate }),
  },
]);

export const firstEvent: Part = {
  name: 'first-event',
  title: 'Time to the first event, added to the upstream’s',
  rounds: 7,
  floors: ['direct', 'pipe', 'parse'],
  peers: true,
  rows,
  async measure(world, name, effort) {
    const measured = Object.entries<Size>(sizes).filter(
      ([, { gate }]) => effort === 'full' || gate !== undefined,
    );
    return firstEvents(world, await world.contender(name), Object.fromEntries(measured));
  },
};

/** The medians, by size, and the CPU of a request as `<size> cpu`. In milliseconds. */
export async function firstEvents(
  world: World,
  contender: Contender,
  measured: Readonly<Record<string, Pick<Size, 'bodies' | 'times'>>>,
): Promise<Figures> {
  await world.answerWith(oneEvent);
  const figures: Figures = {};
  for (const [size, { bodies, times }] of Object.entries(measured)) {
    const before = await contender.cpuMs();
    const { firstMs } = await world.load.ask<Sequence>({
      kind: 'sequence',
      to: contender.to('chat'),
      bodies: bodies(contender.model('chat')),
      times,
    });
    figures[size] = quantile(firstMs, 0.5);
    figures[`${size} cpu`] = ((await contender.cpuMs()) - before) / firstMs.length;
  }
  return figures;
}
