/** The samples of a soak as text, and what is said of them at the end. */
import { flatness, type Flatness } from './flat.ts';
import type { Sample } from './soak.ts';
import { figure } from './table.ts';

interface Measure {
  label: string;
  key: keyof Sample;
  /** Growth that counts as none: a share, or an amount in the unit of the value. */
  share: number;
  slack: number;
}

const measures: readonly Measure[] = [
  { label: 'heap, MB', key: 'heapMb', share: 0.1, slack: 2 },
  { label: 'memory, MB', key: 'residentMb', share: 0.15, slack: 10 },
  { label: 'open files', key: 'files', share: 0.1, slack: 4 },
  { label: 'delay p50, ms', key: 'delayP50Ms', share: 0.5, slack: 1 },
  { label: 'delay p99, ms', key: 'delayP99Ms', share: 0.5, slack: 20 },
];

const width = 14;

export function renderSampleHead(): string {
  return ['minute'.padStart(7), ...measures.map(({ label }) => label.padStart(width))].join('');
}

export function renderSample(sample: Sample): string {
  const cells = measures.map(({ key }) => figure(sample[key]).padStart(width));
  return [sample.minutes.toFixed(1).padStart(7), ...cells].join('');
}

/** One per measure that this system has. */
export function judgeSoak(samples: readonly Sample[]): (Flatness & { label: string })[] {
  return measures
    .filter(({ key }) => samples.some((sample) => !Number.isNaN(sample[key])))
    .map(({ label, key, share, slack }) => {
      const values = samples.map((sample) => sample[key]);
      return Object.assign(flatness(values, share, slack), { label });
    });
}

export function renderFlatness({ label, from, to, flat }: Flatness & { label: string }): string {
  return `${flat ? '✔ flat    ' : '✖ not flat'} ${label}: ${figure(from)} → ${figure(to)}`;
}
