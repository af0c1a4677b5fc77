/** What a planted fault is: how it is planted, what occ doctor must say about it, and how its remedy is carried out. */
import type { TestContext } from 'node:test';
import type { Level, Side } from '../../../lib/doctor/check.ts';
import type { Home } from '../../commands/program.ts';

/** Where a fault is planted: a home of its own, with the compiled program. */
export interface Bed {
  t: TestContext;
  at: Home;
  /** The environment of the shell, beside HOME and PATH. */
  env: Record<string, string>;
  /** Writes `~/.config/occ/config.json`, or another file of the home, which only the user can read. */
  configure: (config: unknown, file?: string) => string;
}

export interface Expected {
  /** The check that has to find the fault. */
  check: string;
  /** For checks with several subjects. */
  subject?: string;
  level: Extract<Level, 'fail' | 'warn'>;
  side: Side;
  summary: RegExp;
}

/**
 * What ends the fault.
 * - `commands`: the commands of the remedy, in one shell. `fill` replaces placeholders such as `/path/to/authority.pem`, and
 *   `typed` is what the user types when a command waits for it.
 * - `followed`: the commands, and then what the text of the remedy says, which `by` does.
 * - `told`: it cannot be done on this machine, so only the commands that look are run; `why` says who has to.
 */
export type Cure =
  | { how: 'commands'; fill?: Readonly<Record<string, string>>; typed?: string }
  | { how: 'followed'; text: RegExp; by: string | (() => void | Promise<void>) }
  | { how: 'told'; text: RegExp; why: string };

export interface Fault {
  /** What is broken, for the table. */
  broken: string;
  /** The arguments of `occ doctor`. */
  args: readonly string[];
  expected: Expected;
  plant: (bed: Bed) => Cure | Promise<Cure>;
}

/** The commands of the remedy end the fault as they are. */
export const byCommands: Cure = { how: 'commands' };
