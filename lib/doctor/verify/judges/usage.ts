/** Judges the token counts against occ's own, and the prompt cache. */
import { estimateTokens } from '../../../anthropic/estimate.ts';
import { allSaid, ownOutput, said, whyNot, type Evidence, type Said } from '../answer.ts';
import { doubt, honest, lie, unknown, type Verdict } from '../verdict.ts';
import type { Judge } from './judge.ts';

/** Tokenizers differ: for English text, the counts of known ones are within these factors of occ's. */
const least = 0.55;
const most = 1.9;

type Counted = Said & { facts: { usage: NonNullable<Said['facts']['usage']> } };

function counted(evidence: Evidence): Counted[] {
  return allSaid(evidence).filter((answer): answer is Counted => answer.facts.usage !== undefined);
}

function judgeUsage(evidence: Evidence): Verdict {
  const answers = counted(evidence);
  if (allSaid(evidence).length === 0) return unknown('no answer came');
  if (answers.length === 0) return doubt('no token counts are reported');
  const inputs = new Set(answers.map(({ facts }) => facts.usage.input));
  const outputs = new Set(answers.map(({ facts }) => facts.usage.output));
  if (answers.length >= 4 && inputs.size === 1)
    return lie(`every answer reports ${[...inputs][0]} input tokens, whatever was sent`);
  if (answers.length >= 4 && outputs.size === 1 && areUnequal(answers))
    return lie(`every answer reports ${[...outputs][0]} output tokens, whatever came`);
  return judgeInput(answers) ?? judgeOutput(evidence, answers) ?? honest(summaryOf(answers));
}

/** Whether the answers have such different lengths that no honest count is the same for all. */
function areUnequal(answers: readonly Counted[]): boolean {
  const sizes = answers.map(({ facts }) => ownOutput(facts));
  return Math.max(...sizes) > 3 * Math.min(...sizes) + 20;
}

function summaryOf(answers: readonly Counted[]): string {
  const ratio = inputRatio(answers);
  return ratio === undefined
    ? 'token counts are plausible'
    : `token counts are plausible: ${ratio.toFixed(2)} times occ's own for the input`;
}

/**
 * The input counts of a long and a short request, compared by their difference: what a provider adds to each request, such
 * as its chat template, cancels out.
 */
function inputRatio(answers: readonly Counted[]): number | undefined {
  const sizes = answers.map(({ exchange, facts }) => ({
    own: estimateTokens(exchange.request),
    reported: facts.usage.input,
  }));
  const sorted = sizes.toSorted((a, b) => a.own - b.own);
  const [short, long] = [sorted[0], sorted.at(-1)];
  if (!short || !long || long.own - short.own < 1000) return undefined;
  return (long.reported - short.reported) / (long.own - short.own);
}

function judgeInput(answers: readonly Counted[]): Verdict | undefined {
  const ratio = inputRatio(answers);
  if (ratio === undefined) return undefined;
  const times = `${ratio.toFixed(1)} times as many as occ counts`;
  if (ratio > most) return lie(`input tokens are inflated: the growth of the input is counted ${times}`);
  if (ratio < least) return lie(`input tokens are not those of the input: its growth is counted ${times}`);
  return undefined;
}

/** Only answers of some length say something. */
const shortest = 100;

function judgeOutput({ claims }: Evidence, answers: readonly Counted[]): Verdict | undefined {
  for (const { facts } of answers) {
    const own = ownOutput(facts);
    if (own < shortest) continue;
    const { output, reasoning } = facts.usage;
    const hidden = facts.thinking === '' ? reasoning : 0;
    if (output < own * 0.4) return lie(`${output} output tokens are reported for an answer of some ${own}`);
    if (output - hidden > own * 2.2) {
      const text = `${output} output tokens are reported for an answer of some ${own}`;
      return claims.reasons === false
        ? lie(text)
        : doubt(`${text}; thinking that is not shown may explain it`);
    }
  }
  return undefined;
}

function judgeCache(evidence: Evidence): Verdict {
  for (const { facts, exchange } of counted(evidence)) {
    const { cached, input } = facts.usage;
    if (cached > input) return lie(`${cached} cached tokens are reported for an input of ${input}`);
    const own = estimateTokens(exchange.request);
    if (cached > own * 2 + 500)
      return lie(`${cached} cached tokens are reported for an input of some ${own}`);
  }
  const again = ['cached', 'cached-again'].flatMap((name) => said(evidence, name)?.facts.usage ?? []);
  if (again.length === 0) return unknown(whyNot(evidence, 'cached'));
  const first = said(evidence, 'context')?.facts.usage;
  if (first && first.cached > first.input / 2)
    return doubt(`${first.cached} tokens of a text that was never sent before are reported as cached`);
  const best = Math.max(...again.map(({ cached }) => cached));
  if (best > 0) return honest(`${best} tokens of a repeated text came from the cache`);
  if (evidence.claims.caches)
    return doubt(
      'cached input has a price of its own, but no token of a text that was sent three times came from the cache',
    );
  return unknown('no cache is declared, and none was used');
}

export const usageJudges: readonly Judge[] = [
  { code: 'usage', title: 'token counts', weight: 10, judge: judgeUsage },
  { code: 'cache', title: 'prompt cache', weight: 4, judge: judgeCache },
];
