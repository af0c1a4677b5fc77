/** What a judge of `occ doctor verify` says about a provider. */
import type { Side } from '../check.ts';

/**
 * - `honest`: the provider did what it was asked and reported the truth.
 * - `doubt`: something is missing that a weak model could also miss, or that the provider need not offer.
 * - `lie`: the answers contradict the request or each other, which no model explains.
 * - `unknown`: it could not be judged. It does not count in the score.
 * - `info`: worth knowing, and not judged.
 */
export type VerdictLevel = 'honest' | 'doubt' | 'lie' | 'unknown' | 'info';

export interface Verdict {
  level: VerdictLevel;
  /** One line for a person, without the name of the provider: `stops at the stop sequence`. */
  summary: string;
  /** Who is at fault, for a doubt and a lie; the provider unless given. */
  fault?: Side;
}

export const honest = (summary: string): Verdict => ({ level: 'honest', summary });
export const doubt = (summary: string): Verdict => ({ level: 'doubt', summary });
export const lie = (summary: string): Verdict => ({ level: 'lie', summary });
export const unknown = (summary: string): Verdict => ({ level: 'unknown', summary });
export const info = (summary: string): Verdict => ({ level: 'info', summary });

/** A verdict with what was judged. */
export interface Judged extends Verdict {
  code: string;
  title: string;
  /** Points of the score; 0 for information. */
  weight: number;
}
