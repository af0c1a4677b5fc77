/** All judges, in the order of the report. Their weights are 100 together. */
import type { Evidence } from '../answer.ts';
import type { Judged } from '../verdict.ts';
import { endingJudges } from './endings.ts';
import { informationJudges } from './information.ts';
import type { Judge } from './judge.ts';
import { relayJudges } from './relay.ts';
import { streamJudges } from './stream.ts';
import { textJudges } from './text.ts';
import { thinkingJudges } from './thinking.ts';
import { toolJudges } from './tools.ts';
import { usageJudges } from './usage.ts';

export const judges: readonly Judge[] = [
  ...toolJudges,
  ...textJudges,
  ...endingJudges,
  ...usageJudges,
  ...streamJudges,
  ...thinkingJudges,
  ...informationJudges,
  ...relayJudges,
];

export function judgeAll(evidence: Evidence): Judged[] {
  return judges.map(({ code, title, weight, judge }) =>
    Object.assign({ code, title, weight }, judge(evidence)),
  );
}

/**
 * 0 to 100: the weights of what is honest, and half of those in doubt, as a share of everything that could be judged.
 * Undefined if nothing could be.
 */
export function scoreOf(judged: readonly Judged[]): number | undefined {
  const shares = { honest: 1, doubt: 0.5, lie: 0 } as const;
  let earned = 0;
  let possible = 0;
  for (const { level, weight } of judged) {
    if (level !== 'honest' && level !== 'doubt' && level !== 'lie') continue;
    earned += shares[level] * weight;
    possible += weight;
  }
  return possible === 0 ? undefined : Math.round((100 * earned) / possible);
}
