/** Judges tool calls: their arguments, several at once, a forced choice, ids, and the result that returns. */
import { isObject, parseJson } from '../../../json.ts';
import { allSaid, said, sentField, whyNot, type Evidence } from '../answer.ts';
import type { SentCall } from '../facts/facts.ts';
import { noteTool } from '../questions.ts';
import { doubt, honest, lie, unknown, type Verdict } from '../verdict.ts';
import { differences, type Difference } from './differences.ts';
import type { Judge } from './judge.ts';

const asked = ['order', 'order-again'] as const;

const wordsOf: Readonly<Record<Difference['kind'], string>> = {
  type: 'has another type',
  missing: 'is missing',
  extra: 'was not asked for',
  shortened: 'is cut short',
  value: 'has another value',
};

function judgeArguments(evidence: Evidence): Verdict {
  const answers = asked.flatMap((name, i) => {
    const answer = said(evidence, name);
    return answer ? [{ answer, order: evidence.values.orders[i] }] : [];
  });
  if (answers.length === 0) return unknown(whyNot(evidence, asked[0]));
  const broken = allSaid(evidence)
    .filter(({ facts }) => facts.finish !== 'length')
    .flatMap(({ facts }) => facts.calls)
    .find(({ json }) => !isObject(parseJson(json)));
  if (broken) return lie(`the arguments of ${broken.name} are not whole JSON`);
  const found = answers.map(({ answer, order }) => {
    const call = answer.facts.calls.find(({ name }) => name === 'record_order');
    return call && differences(order, parseJson(call.json));
  });
  const all = found.flatMap((some) => some ?? []);
  const worst = all.find(({ kind }) => kind === 'type') ?? all.find(({ kind }) => kind === 'shortened');
  if (worst) return lie(`the argument ${worst.path} ${wordsOf[worst.kind]} (${all.length} differ)`);
  // A weak model can leave out or change a value.
  const [first] = all;
  if (first) return doubt(`the argument ${first.path} ${wordsOf[first.kind]} (${all.length} differ)`);
  if (found.includes(undefined)) return doubt('the tool was not called, although the prompt says so');
  return honest('every argument arrived exactly, with its type');
}

function judgeParallel(evidence: Evidence): Verdict {
  const answer = said(evidence, 'parallel');
  if (answer === undefined) return unknown(whyNot(evidence, 'parallel'));
  const { calls } = answer.facts;
  const named = evidence.values.cities.filter((city) => calls.some(({ json }) => json.includes(city)));
  if (named.length === evidence.values.cities.length) return honest(`${calls.length} calls in one answer`);
  if (calls.length >= evidence.values.cities.length)
    return doubt(`${calls.length} calls arrived in one answer, but not for each of the three cities`);
  return doubt(
    `${calls.length} of 3 calls arrived in one answer: calls are dropped, or the model makes one at a time`,
  );
}

function judgeChoice(evidence: Evidence): Verdict {
  const answer = said(evidence, 'choice');
  if (answer === undefined) return unknown(whyNot(evidence, 'choice'));
  const choice = sentField(answer, 'tool_choice', 'toolConfig');
  // occ asks only models that can be forced.
  if (choice === undefined || /"(?:auto|AUTO)"/.test(JSON.stringify(choice)))
    return unknown('this model takes no forced choice of a tool');
  const { calls } = answer.facts;
  if (calls.some(({ name }) => name === noteTool.name))
    return honest('the tool that it must call was called');
  return lie(
    calls[0]
      ? `tool_choice is ignored: it called ${calls[0].name} instead of ${noteTool.name}`
      : `tool_choice is ignored: it answered with text instead of calling ${noteTool.name}`,
  );
}

function judgeIds(evidence: Evidence): Verdict {
  const perAnswer = allSaid(evidence).map(({ facts }) => idsOf(facts.calls));
  const all = perAnswer.flat();
  if (all.length < 2) return unknown('no two calls with an id arrived');
  const twice = perAnswer.map(firstTwice).find((id) => id !== undefined);
  if (twice !== undefined) return lie(`two calls of one answer have the same id ${JSON.stringify(twice)}`);
  const again = firstTwice(all);
  if (again !== undefined)
    return doubt(`calls of different answers have the same id ${JSON.stringify(again)}`);
  return honest('every call has an id of its own');
}

function idsOf(calls: readonly SentCall[]): string[] {
  return calls.flatMap(({ id }) => (id === undefined || id === '' ? [] : [id]));
}

function firstTwice(ids: readonly string[]): string | undefined {
  return ids.find((id, at) => ids.indexOf(id) !== at);
}

function judgeResult(evidence: Evidence): Verdict {
  const answer = said(evidence, 'receipt');
  if (answer === undefined) return unknown(whyNot(evidence, 'receipt'));
  if (said(evidence, 'order')?.facts.calls.length === 0) return unknown('no tool was called before');
  if (answer.facts.text.includes(evidence.values.receipt)) return honest('it read the result of the tool');
  return lie('the result of the tool did not reach the model');
}

export const toolJudges: readonly Judge[] = [
  { code: 'tool-arguments', title: 'tool arguments', weight: 9, judge: judgeArguments },
  { code: 'parallel-calls', title: 'parallel tool calls', weight: 4, judge: judgeParallel },
  { code: 'tool-choice', title: 'forced tool choice', weight: 5, judge: judgeChoice },
  { code: 'tool-ids', title: 'ids of tool calls', weight: 3, judge: judgeIds },
  { code: 'tool-result', title: 'tool results', weight: 5, judge: judgeResult },
];
