/** The findings of a run and their counts, for the renderers. */
import type { Check, Finding, Level } from './check.ts';

export interface Report {
  schema: 1;
  findings: readonly Finding[];
}

export function countLevel({ findings }: Pick<Report, 'findings'>, level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

/** True if a check failed. Doctor then exits with 1. */
export function hasFailed(report: Pick<Report, 'findings'>): boolean {
  return countLevel(report, 'fail') > 0;
}

/** One entry of `--list`. */
export interface Listed {
  code: string;
  title: string;
  kinds: readonly Check['kind'][];
  needs: readonly string[];
  /** Takes longer than ten seconds by design. */
  long: boolean;
}

/** Lists every code once, in the order of its first check. */
export function listChecks(checks: readonly Check[]): Listed[] {
  return [...new Set(checks.map(({ code }) => code))].map((code) => {
    const same = checks.filter((check) => check.code === code);
    return {
      code,
      title: same[0]?.title ?? '',
      kinds: same.map(({ kind }) => kind),
      needs: [...new Set(same.flatMap(({ needs }) => needs))],
      long: same.some(({ long }) => long === true),
    };
  });
}
