/** The type of a judge, and what several of them share. Judges are pure functions of recorded exchanges. */
import type { Evidence } from '../answer.ts';
import type { Verdict } from '../verdict.ts';

export interface Judge {
  /** Its name in reports and stored results. */
  code: string;
  title: string;
  /** Points of the score. Those of all judges are 100 together; 0 for information. */
  weight: number;
  judge: (evidence: Evidence) => Verdict;
}

/** `bare("  The code is X. ")`: the answer without blanks and quotes around it. */
export function bare(text: string): string {
  return text.trim().replace(/^["'“”‘’`*]+|["'“”‘’`*]+$/gu, '');
}

/** A short quotation of what was sent, for a summary. */
export function quoted(text: string, most = 60): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return JSON.stringify(line.length <= most ? line : `${line.slice(0, most)}…`);
}
