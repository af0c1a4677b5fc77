/** The findings of a run and their counts, for the renderers. */
import { exitCodes, type ExitCode } from '../errors.ts';
import type { Check, Finding, Level } from './check.ts';
import type { Instance } from './select.ts';

export interface Report {
  /** A signal ended the run. The checks that were not finished are skipped. */
  interrupted: boolean;
  /** False if none of the selected checks could look at anything. */
  checked: boolean;
  counts: Counts;
  findings: readonly Finding[];
}

export interface Counts {
  passed: number;
  warnings: number;
  failed: number;
  skipped: number;
}

/** `findings` are in the order of `instances`. */
export function toReport(
  instances: readonly Instance[],
  findings: readonly Finding[],
  interrupted: boolean,
): Report {
  const number = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  return {
    interrupted,
    checked: findings.some(({ level }, i) => level !== 'skipped' && instances[i]?.selected === true),
    counts: {
      passed: number('ok'),
      warnings: number('warn'),
      failed: number('fail'),
      skipped: number('skipped'),
    },
    findings,
  };
}

/** The exit code of doctor. */
export function exitCodeOf({ interrupted, checked, counts }: Omit<Report, 'findings'>): ExitCode {
  if (interrupted) return exitCodes.interrupted;
  if (counts.failed > 0) return exitCodes.failed;
  return checked ? exitCodes.ok : exitCodes.usage;
}

/** One entry of `--list`. */
export interface Listed {
  code: string;
  title: string;
  kinds: readonly Check['kind'][];
  needs: readonly string[];
  /** Takes longer than ten seconds by design. */
  long: boolean;
  /** Runs the real Claude Code, so it is run only with `--claude` or by its name. */
  client: boolean;
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
      client: same.some(({ client }) => client === true),
    };
  });
}
