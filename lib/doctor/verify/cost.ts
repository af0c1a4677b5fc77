/** What a run is likely to cost, said before it begins. */
import { costAt, priceOf } from '../../catalog/price.ts';
import type { ModelEntry, Provider } from '../../config/settings.ts';
import type { Claims } from './answer.ts';
import { questionsFor } from './ask.ts';
import { expectedTokens } from './questions.ts';
import type { Values } from './values.ts';

export interface Expected {
  requests: number;
  input: number;
  output: number;
  /** US dollars without any cache hit; undefined if no price is known. */
  dollars?: number;
}

/** Output tokens by which a model that thinks exceeds each answer. */
const thinkingTokens = 400;

export function expectedOf(
  { entry, provider, claims }: { entry: ModelEntry; provider: Provider; claims: Claims },
  values: Values,
  budget: number,
): Expected {
  let input = 0;
  let output = 0;
  const questions = questionsFor(claims, budget);
  for (const question of questions) {
    const tokens = expectedTokens(question, values);
    input += tokens.input;
    output += tokens.output + (claims.reasons === true ? thinkingTokens : 0);
  }
  const price = priceOf(entry, provider);
  return {
    requests: questions.length,
    input,
    output,
    ...(price && {
      dollars: costAt(price, { input, output, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 }),
    }),
  };
}
