/** Judges how answers end: stop sequences, the limit of the answer, the reason that is given, and refusals. */
import { estimateText } from '../../../anthropic/estimate.ts';
import { allSaid, invalidModel, ownOutput, said, sentField, whyNot, type Evidence } from '../answer.ts';
import { stopWord } from '../questions.ts';
import { doubt, honest, lie, unknown, type Verdict } from '../verdict.ts';
import { quoted, type Judge } from './judge.ts';

function judgeStop(evidence: Evidence): Verdict {
  const answer = said(evidence, 'stop');
  if (answer === undefined) return unknown(whyNot(evidence, 'stop'));
  if (sentField(answer, 'stop', 'stop_sequences', 'stopSequences') === undefined)
    return unknown('the format or the model has no stop sequences; occ applies them itself');
  const text = answer.facts.text.toLowerCase();
  const at = text.indexOf(stopWord);
  if (at >= 0 && text.slice(at + stopWord.length).trim().length > 3)
    return lie(`stop sequences are ignored: the answer goes on after ${JSON.stringify(stopWord)}`);
  if (at >= 0) return doubt('the answer contains the stop sequence at which it ends');
  if (!text.includes('six')) return unknown(`the answer did not come to the stop sequence: ${quoted(text)}`);
  return honest('the answer ends before the stop sequence');
}

/** By how much a provider's tokens may differ from occ's estimate. */
const margin = 1.75;

function judgeLimit(evidence: Evidence): Verdict {
  const answer = said(evidence, 'cut');
  if (answer === undefined) return unknown(whyNot(evidence, 'cut'));
  const most = Number(
    sentField(answer, 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens') ?? 0,
  );
  if (most === 0) return unknown('the limit could not be sent');
  const own = ownOutput(answer.facts);
  if (own > most * margin + 20)
    return lie(`the limit of the answer is ignored: ${most} tokens were allowed, some ${own} came`);
  return honest(`an answer of at most ${most} tokens was kept to that`);
}

/** Whether the answer is incomplete although it says that it is finished. */
function judgeFinish(evidence: Evidence): Verdict {
  const answer = said(evidence, 'cut');
  if (answer === undefined) return unknown(whyNot(evidence, 'cut'));
  const { finish, text } = answer.facts;
  const complete = /three hundred\W*$/i.test(text);
  if (!complete && finish === 'stop' && text.trim() !== '')
    return lie('a cut answer is marked as finished: it ends in the middle and says that it is complete');
  const long = said(evidence, 'count');
  if (long?.facts.finish === 'stop' && long.facts.text !== '' && !/hundred/i.test(long.facts.text))
    return doubt('a long answer is incomplete and marked as finished');
  const wrong = allSaid(evidence).find(({ facts }) => facts.calls.length > 0 && facts.finish === 'stop');
  if (wrong) return doubt('an answer with a tool call says that it ended without one');
  if (finish === undefined) return doubt('answers have no finish reason');
  return honest('cut answers say that they are cut');
}

function judgeErrors(evidence: Evidence): Verdict {
  const answer = evidence.answers.get(invalidModel);
  if (answer === undefined) return unknown('not asked');
  const { facts, refusal } = answer;
  if (facts === undefined) {
    return refusal?.status === undefined
      ? unknown(whyNot(evidence, invalidModel))
      : honest(`a model that does not exist is refused with ${refusal.status}`);
  }
  if (estimateText(facts.text) < 1 && facts.thinking === '')
    return lie(
      'errors are swallowed: for a model that does not exist, an empty answer comes with status 200',
    );
  if (/\b(?:error|not found|does not exist|unknown model|invalid|sorry)\b/i.test(facts.text))
    return lie(
      `errors are swallowed: one comes as the text of an answer with status 200: ${quoted(facts.text)}`,
    );
  return lie(`another model answers for one that does not exist: ${quoted(facts.text)}`);
}

export const endingJudges: readonly Judge[] = [
  { code: 'stop-sequences', title: 'stop sequences', weight: 5, judge: judgeStop },
  { code: 'max-tokens', title: 'limit of the answer', weight: 7, judge: judgeLimit },
  { code: 'finish', title: 'finish reasons', weight: 6, judge: judgeFinish },
  { code: 'errors', title: 'honest errors', weight: 4, judge: judgeErrors },
];
