/** Groups rows of the ledger for a table. Pure. */
import { addSums, noSums, type Row, type Sums } from './rows.ts';

export const groupings = ['model', 'provider', 'session', 'agent', 'project', 'day'] as const;
export type Grouping = (typeof groupings)[number];

export interface Group extends Sums {
  /** What the group is about; "" if the records do not say. */
  key: string;
}

const keys: Readonly<Record<Grouping, (row: Row) => string>> = {
  model: ({ model }) => model,
  provider: ({ model }) => model.split('/', 1)[0] ?? '',
  session: ({ session }) => session,
  agent: ({ agent }) => agent,
  project: ({ project }) => project,
  day: ({ day }) => day,
};

/** Adds up the rows of one day after the other, so that they need not be in memory together. */
export interface Grouper {
  add(rows: readonly Row[]): void;
  /** Days in their order, other groups by what they have cost, then by their tokens. */
  groups(): Group[];
}

export function grouper(by: Grouping): Grouper {
  const groups = new Map<string, Group>();
  return {
    add(rows) {
      for (const row of rows) {
        const key = keys[by](row);
        const group = groups.get(key) ?? { key, ...noSums() };
        groups.set(key, group);
        addSums(group, row);
      }
    },
    groups() {
      const all = [...groups.values()];
      if (by === 'day') return all.toSorted((a, b) => a.key.localeCompare(b.key));
      return all.toSorted((a, b) => b.cost - a.cost || b.covered - a.covered || sizeOf(b) - sizeOf(a));
    },
  };
}

export function totalOf(rows: readonly Sums[], key: string): Group {
  const total: Group = { key, ...noSums() };
  for (const row of rows) addSums(total, row);
  return total;
}

function sizeOf({ input, cacheRead, cacheWrite, output }: Sums): number {
  return input + cacheRead + cacheWrite + output;
}
