/** What an attack is, and what it may cost. */

/** A proxy that is attacked: occ, or the bare one beside it. */
export interface Target {
  name: 'occ' | 'bare';
  pid: number;
  port: number;
}

/** What came of an attack. */
export interface Seen {
  /** `open`: neither refused nor bounded, which fails the run. */
  end: 'refused' | 'bounded' | 'open';
  /** In a few words: the status, or what was reached. */
  says: string;
}

export interface Attack {
  group: string;
  name: string;
  run(target: Target): Promise<Seen>;
  /** By how much the memory of the proxy may grow meanwhile, in MB; 96 unless set. */
  memoryMb?: number;
  /** It takes minutes, so that it is left out of the short form. */
  long?: true;
  /** It takes seconds or much memory, so that it is left out of the short form, too. */
  heavy?: true;
  /** The bare proxy cannot be attacked in this way; what it would do instead, or "". */
  bare?: string;
}

/** An attack that needs no running proxy: on files, commands, or many launches. */
export interface Deed {
  group: string;
  name: string;
  run: () => Promise<Seen & { bare: string }>;
  long?: true;
  heavy?: true;
  /** Why it cannot run here; undefined where it can. */
  skip?: string | undefined;
}

/** What a proxy spent on an attack. Absent where the system does not tell. */
export interface Spent {
  /** Milliseconds of the clock, and of CPU of the proxy. */
  ms: number;
  cpuMs?: number;
  /** By how much its memory grew at most. */
  memoryMb?: number;
  /** The most sockets that were open at once, beyond those before. */
  sockets?: number;
}

export interface Row extends Seen {
  group: string;
  name: string;
  spent?: Spent;
  /** What the same cost the bare proxy. */
  bare?: { says: string; spent?: Spent };
  /** Why it did not run. */
  skipped?: string;
}

export const refused = (says: string): Seen => ({ end: 'refused', says });
export const bounded = (says: string): Seen => ({ end: 'bounded', says });
export const open = (says: string): Seen => ({ end: 'open', says });
