/** Judges whether a model thinks when asked to, and takes its thinking back with the next turn. */
import { said, sentField, whyNot, type Evidence } from '../answer.ts';
import { doubt, honest, lie, unknown, type Verdict } from '../verdict.ts';
import { quoted, type Judge } from './judge.ts';

function judgeThinking(evidence: Evidence): Verdict {
  const { reasons } = evidence.claims;
  if (reasons === false) return unknown('the model does not think');
  const first = said(evidence, 'thinking');
  if (first === undefined) return unknown(whyNot(evidence, 'thinking'));
  const { thinking, signed, usage } = first.facts;
  if (sentField(first, 'thinking', 'reasoning_effort', 'reasoning', 'thinkingConfig') === undefined)
    return unknown('occ knows no way to ask this model for thinking');
  const thought = thinking !== '' || signed || (usage?.reasoning ?? 0) > 0;
  if (!thought) {
    if (reasons === undefined) return unknown('no thinking came; whether the model thinks is not known');
    // A model that decides by itself may find the question too easy.
    return doubt('thinking was asked for, and none came, neither as text nor in the token counts');
  }
  const second = evidence.answers.get('thought');
  // What the first turn was refused for, too, is not about the thinking.
  const refused = [...(second?.refusedBefore ?? []), ...(second?.refusal ? [second.refusal] : [])].find(
    ({ status, message }) =>
      status === 400 && !first.refusedBefore.some((before) => before.message === message),
  );
  if (refused) return lie(`its own thinking is refused in the next turn: ${quoted(refused.message, 100)}`);
  if (second?.facts === undefined) return unknown(whyNot(evidence, 'thought'));
  if (!/287/.test(second.facts.text)) return doubt('after its own thinking, the answer is wrong');
  return honest(
    thinking === ''
      ? 'it thinks without showing it, and continues'
      : 'thinking came, and its next turn took it back',
  );
}

export const thinkingJudges: readonly Judge[] = [
  { code: 'thinking', title: 'thinking', weight: 4, judge: judgeThinking },
];
