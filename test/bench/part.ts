/** What a part of the benchmarks is: contenders that are measured by turns, and the rows made of their figures. */
import type { FloorName, World } from './world.ts';

/** Names of figures and what was measured in one round; NaN where this platform cannot tell. */
export type Figures = Record<string, number>;

export interface Target {
  /** What is compared: subject ÷ floor, subject − floor, or the subject alone. */
  of: 'ratio' | 'difference' | 'value';
  /** The bound, which the median must not exceed (`atMost`) or fall below (`atLeast`). */
  atMost?: number;
  atLeast?: number;
}

export interface RowPlan {
  /** The subject's figure. */
  figure: string;
  label: string;
  unit: string;
  /** True where more is better. */
  more?: boolean;
  /** What the subject is compared with. */
  floor?: string;
  /** The figure of the floor; that of the subject unless given. */
  floorFigure?: string;
  /** Subtracted from both sides first: what both add to it is compared. */
  minus?: FloorName;
  target?: Target;
  /** The largest ratio with which the gate passes; see gate.ts. CPU time only. */
  gate?: number;
}

export interface Part {
  name: string;
  title: string;
  /** Rounds unless the command line says otherwise. */
  rounds: number;
  /** Contenders besides the subjects. */
  floors: readonly (FloorName | 'node' | 'json')[];
  /** Measures one contender once. The first call for each one warms it up, and does not count. */
  measure(world: World, contender: string, effort: Effort): Promise<Figures>;
  rows: readonly RowPlan[];
  /** True where the figures of another proxy mean the same. */
  peers?: boolean;
}

/** How long a measurement takes: `short` for the gate. */
export type Effort = 'full' | 'short';
