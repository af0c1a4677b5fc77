/** Counters and histograms with labels, as Prometheus defines them. They only grow, and cost one look-up in a map. */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** What follows the name of the family. */
  suffix: '' | '_bucket' | '_sum' | '_count';
  labels: Labels;
  value: number;
}

/** Every sample with the same name, as it is exposed. */
export interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: () => Sample[];
}

export interface Counter extends Family {
  /** Ignores what is no positive number: what an upstream reports may be anything, and a counter must never fall. */
  add(labels: Labels, by?: number): void;
}

/** The name ends in `_total`. */
export function counter(name: string, help: string): Counter {
  const kept = new Map<string, { labels: Labels; value: number }>();
  return {
    name,
    help,
    type: 'counter',
    add(labels, by = 1) {
      if (!(by > 0) || by === Infinity) return;
      const key = JSON.stringify(labels);
      const found = kept.get(key);
      if (found) found.value += by;
      else kept.set(key, { labels, value: by });
    },
    samples: () => [...kept.values()].map(({ labels, value }) => ({ suffix: '', labels, value })),
  };
}

export interface Histogram extends Family {
  /** Ignores what is negative or no finite number. */
  observe(labels: Labels, value: number): void;
}

interface Kept {
  labels: Labels;
  /** For each boundary, and for what is above the last one. */
  counts: number[];
  sum: number;
}

/** `boundaries` are the upper ends of the buckets, ascending. */
export function histogram(name: string, help: string, boundaries: readonly number[]): Histogram {
  const kept = new Map<string, Kept>();
  return {
    name,
    help,
    type: 'histogram',
    observe(labels, value) {
      if (!(value >= 0) || value === Infinity) return;
      const key = JSON.stringify(labels);
      let found = kept.get(key);
      if (!found)
        kept.set(key, (found = { labels, counts: Array<number>(boundaries.length + 1).fill(0), sum: 0 }));
      const at = boundaries.findIndex((boundary) => value <= boundary);
      const bucket = at < 0 ? boundaries.length : at;
      found.counts[bucket] = (found.counts[bucket] ?? 0) + 1;
      found.sum += value;
    },
    samples: () => [...kept.values()].flatMap((one) => samplesOf(one, boundaries)),
  };
}

/** Each bucket counts what the smaller ones count, too. */
function samplesOf({ labels, counts, sum }: Kept, boundaries: readonly number[]): Sample[] {
  let count = 0;
  const buckets = counts.map((own, at): Sample => {
    count += own;
    const boundary = boundaries[at];
    const le =
      boundary === undefined ? '+Inf' : Number.isInteger(boundary) ? `${boundary}.0` : String(boundary);
    return { suffix: '_bucket', labels: { ...labels, le }, value: count };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
}
