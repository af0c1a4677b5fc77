/** What is worth knowing about a model, and no lie: the id that it reports, its speed, and whether it repeats itself. */
import { isOtherModel } from '../../../wire/model-names.ts';
import { allSaid, said, whyNot, type Evidence } from '../answer.ts';
import { info, unknown, type Verdict } from '../verdict.ts';
import type { Judge } from './judge.ts';
import { seconds, speedOf } from './stream.ts';

function judgeModel(evidence: Evidence): Verdict {
  const reported = [...new Set(allSaid(evidence).flatMap(({ facts }) => facts.model ?? []))];
  const { modelId } = evidence.claims;
  if (reported.length === 0) return unknown('no model id is reported');
  const others = reported.filter((id) => id !== modelId);
  if (others.length === 0) return info(`the model calls itself ${modelId}`);
  const differ = others.some((id) => isOtherModel(modelId, id));
  return info(
    `the model calls itself ${others.join(', ')}${differ ? `, which is another model than ${modelId}` : ''}`,
  );
}

function judgeSpeed(evidence: Evidence): Verdict {
  const answer = said(evidence, 'count');
  const speed = answer && speedOf(answer);
  if (speed === undefined) return unknown(whyNot(evidence, 'count'));
  const rate = speed.rate === undefined ? '' : `, then ${Math.round(speed.rate)} tokens per second`;
  return info(`${seconds(speed.firstMs)} until the first piece${rate}`);
}

function judgeRepeats(evidence: Evidence): Verdict {
  const [one, two] = ['repeat', 'repeat-again'].map((name) => said(evidence, name));
  if (!one || !two) return unknown(whyNot(evidence, one ? 'repeat-again' : 'repeat'));
  return info(
    one.facts.text === two.facts.text
      ? 'the same question at temperature 0 got the same answer twice'
      : 'the same question at temperature 0 got two different answers',
  );
}

export const informationJudges: readonly Judge[] = [
  { code: 'model-id', title: 'reported model', weight: 0, judge: judgeModel },
  { code: 'speed', title: 'speed', weight: 0, judge: judgeSpeed },
  { code: 'repeats', title: 'same answer twice', weight: 0, judge: judgeRepeats },
];
