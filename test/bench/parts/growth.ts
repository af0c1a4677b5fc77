/**
 * How CPU time grows with the size of the work: the exponent of its steepest decade. 1 is linear; below 1, fixed costs still
 * weigh. Anything quadratic comes near 2.
 */
import { bodyOf } from '../bodies.ts';
import type { Figures, Part, RowPlan } from '../part.ts';
import { oneEvent, type Answer } from '../processes/answer.ts';
import { steepest, type Point } from '../statistics.ts';
import { stream } from '../streaming.ts';
import type { Contender, World } from '../world.ts';

/** Work of one size. */
interface Step {
  size: number;
  answer: Answer;
  /** Bytes of the request's body. */
  body?: number;
  streams?: number;
  /** Repetitions, so that small work takes long enough to be measured. */
  times: number;
}

const text = (events: number, perWrite = 20): Answer => ({ ...oneEvent, events, perWrite });
const kilobytes = (kb: number): number => kb * 1000;
const megabytes = (mb: number): number => mb * 1_000_000;

/** Bytes of an event of `reads`, about. */
const eventBytes = 300;
/** Bytes of arguments in an event of `held`. */
const heldBytes = 4096;

const growths: Record<string, { label: string; steps: Step[] }> = {
  chunks: {
    label: 'chunks, 100 to 100,000',
    steps: [
      { size: 100, answer: text(100), times: 80 },
      { size: 1000, answer: text(1000), times: 30 },
      { size: 10_000, answer: text(10_000), times: 4 },
      { size: 100_000, answer: text(100_000), times: 1 },
    ],
  },
  body: {
    label: 'body, 1 KB to 1 MB',
    steps: [1, 10, 100, 1000].map((kb) => ({
      size: kb,
      body: kilobytes(kb),
      answer: oneEvent,
      times: kb === 1000 ? 15 : 80,
    })),
  },
  streams: {
    label: 'streams, 1 to 1,000',
    steps: [
      { size: 1, streams: 1, answer: text(300, 5), times: 60 },
      { size: 10, streams: 10, answer: text(300, 5), times: 8 },
      { size: 100, streams: 100, answer: text(300, 5), times: 2 },
      { size: 1000, streams: 1000, answer: text(300, 5), times: 1 },
    ],
  },
  line: {
    label: 'a line, 0.4 to 4 MB',
    steps: [0.4, 4].map((mb) => ({
      size: mb,
      answer: { ...oneEvent, shape: 'line', bytes: megabytes(mb) },
      times: mb === 4 ? 6 : 20,
    })),
  },
  reads: {
    label: 'tiny reads, to 20,000',
    steps: [2000, 20_000].map((reads) => ({
      size: reads,
      answer: { ...oneEvent, shape: 'reads', events: Math.round(reads / eventBytes) },
      times: reads === 2000 ? 10 : 3,
    })),
  },
  held: {
    label: 'held calls, 6 to 60 MB',
    steps: [6, 60].map((mb) => ({
      size: mb,
      answer: {
        events: Math.round(megabytes(mb) / heldBytes),
        perWrite: 4,
        intervalMs: 0,
        shape: 'held',
        bytes: heldBytes,
      },
      times: mb === 6 ? 4 : 1,
    })),
  },
};

async function cost(world: World, contender: Contender, step: Step): Promise<number> {
  const { answer, body = 1000, streams, times } = step;
  const before = await contender.cpuMs();
  if (streams === undefined) {
    await world.answerWith(answer);
    const bodies = [bodyOf(body, contender.model('chat'))];
    await world.load.ask({ kind: 'sequence', to: contender.to('chat'), bodies, times });
  } else {
    for (let i = 0; i < times; i++) await stream(world, contender, { streams, answer });
  }
  // At least something, because the logarithm of 0 is no number.
  return Math.max(1, (await contender.cpuMs()) - before) / times;
}

export const growth: Part = {
  name: 'growth',
  title: 'Growth of CPU time, exponent of the steepest decade; 1 is linear',
  rounds: 3,
  floors: ['parse'],
  rows: Object.entries(growths).map(([figure, { label }]): RowPlan => ({
    figure,
    label,
    unit: '',
    floor: 'parse',
    target: { of: 'value', atMost: 1.15 },
  })),
  async measure(world, name) {
    const contender = await world.contender(name);
    const figures: Figures = {};
    for (const [figure, { steps }] of Object.entries(growths)) {
      const points: Point[] = [];
      for (const step of steps) points.push([step.size, await cost(world, contender, step)]);
      figures[figure] = steepest(points);
    }
    return figures;
  },
};
