/** Judges what is in the answers: the system prompt, text that was not requested, the whole context, pictures. */
import { estimateTokens } from '../../../anthropic/estimate.ts';
import { said, whyNot, type Evidence } from '../answer.ts';
import { doubt, honest, lie, unknown, type Verdict } from '../verdict.ts';
import { bare, quoted, type Judge } from './judge.ts';

function judgeSystem(evidence: Evidence): Verdict {
  const answer = said(evidence, 'system');
  if (answer === undefined) return unknown(whyNot(evidence, 'system'));
  if (answer.facts.text.includes(evidence.values.code)) return honest('the system prompt reached the model');
  return lie('the system prompt did not reach the model: it does not know what the prompt says');
}

/** Characters of unasked text from which the same addition to several answers is no coincidence. */
const leastAddition = 12;

/** Answers that must be one known text, with what stands around it. */
function additions(evidence: Evidence): string[] {
  const { sentence, code, receipt, entries } = evidence.values;
  const expected: readonly (readonly [string, string])[] = [
    ['repeat', sentence],
    ['repeat-again', sentence],
    ['system', code],
    ['receipt', receipt],
    ['context', entries.map((entry) => entry.code).join(' ')],
    ['cached', entries[0]?.code ?? ''],
    ['cached-again', entries[2]?.code ?? ''],
  ];
  return expected.flatMap(([name, wanted]) => {
    const text = said(evidence, name)?.facts.text;
    const at = text?.indexOf(wanted) ?? -1;
    if (text === undefined || at < 0) return [];
    const around = [text.slice(0, at), text.slice(at + wanted.length)].map((part) =>
      bare(part).replace(/^[.:\s]+|[.:\s]+$/g, ''),
    );
    return [around.filter((part) => part !== '').join(' … ')];
  });
}

function judgeAdditions(evidence: Evidence): Verdict {
  const found = additions(evidence);
  if (found.length === 0) return unknown('no answer repeats what it should');
  const added = found.filter((text) => text !== '');
  const link = added.find((text) => /\bhttps?:\/\/|\bwww\./i.test(text));
  if (link !== undefined) return lie(`text with a link was added to an answer: ${quoted(link)}`);
  const twice = added.find((text, at) => text.length >= leastAddition && added.indexOf(text) !== at);
  if (twice !== undefined) return lie(`the same text was added to several answers: ${quoted(twice)}`);
  if (added[0] !== undefined) return doubt(`an answer has more text than was asked for: ${quoted(added[0])}`);
  return honest('answers contain what was asked for and nothing else');
}

/** A report of fewer input tokens than this share of occ's count says that less was read. */
const shortShare = 0.5;

function judgeContext(evidence: Evidence): Verdict {
  const answer = said(evidence, 'context');
  if (answer === undefined) return unknown(whyNot(evidence, 'context'));
  const { entries } = evidence.values;
  const { text, usage } = answer.facts;
  const lost = entries.filter(({ code }) => !text.includes(code));
  if (lost.length === 0) return honest('it read the beginning, the middle and the end of a long text');
  const where = lost.map(({ percent }) => `${percent} %`).join(' and ');
  const own = estimateTokens(answer.exchange.request);
  const counted =
    usage === undefined
      ? ''
      : usage.input < own * shortShare
        ? `, and only ${usage.input} of some ${own} tokens are counted`
        : `, and ${usage.input} tokens are counted as read`;
  if (lost.length === entries.length)
    return doubt(`it found none of three entries in a text of some ${own} tokens${counted}`);
  const kept = entries.filter((entry) => !lost.includes(entry));
  const oneSide =
    lost.every(({ percent }) => kept.every((other) => percent < other.percent)) ||
    lost.every(({ percent }) => kept.every((other) => percent > other.percent)) ||
    lost.every(({ percent }) => percent === 50);
  const short = usage !== undefined && usage.input < own * shortShare;
  if (short || (oneSide && againLost(evidence, lost[0]?.percent)))
    return lie(`the context is cut without an error: what is at ${where} of it did not arrive${counted}`);
  return doubt(`it did not find what is at ${where} of a text of some ${own} tokens${counted}`);
}

/** Whether the question for this entry alone could not be answered, either; true for the middle, which is not asked again. */
function againLost(evidence: Evidence, percent: number | undefined): boolean {
  const name = { 10: 'cached', 90: 'cached-again' }[percent ?? 0];
  if (name === undefined) return true;
  const answer = said(evidence, name);
  const code = evidence.values.entries.find((entry) => entry.percent === percent)?.code ?? '';
  return answer !== undefined && !answer.facts.text.includes(code);
}

function judgePicture(evidence: Evidence): Verdict {
  if (!evidence.claims.images) return unknown('the model takes no pictures');
  const answer = said(evidence, 'picture');
  if (answer === undefined) return unknown(whyNot(evidence, 'picture'));
  const text = answer.facts.text.toLowerCase();
  const { colours } = evidence.values;
  const seen = [...text.matchAll(/red|green|blue|yellow/g)].map(([colour]) => colour);
  if (seen[0] === colours[0] && seen[1] === colours[1]) return honest('it saw both halves of a picture');
  const wanted = colours.join(' and ');
  if (colours.every((colour) => text.includes(colour)))
    return doubt(`it saw the colours of a picture (${wanted}) in another order: ${quoted(text)}`);
  return lie(`it did not see a picture (${wanted}), although it takes pictures: ${quoted(text)}`);
}

export const textJudges: readonly Judge[] = [
  { code: 'system', title: 'system prompt', weight: 8, judge: judgeSystem },
  { code: 'context', title: 'whole context', weight: 12, judge: judgeContext },
  { code: 'additions', title: 'nothing added to answers', weight: 4, judge: judgeAdditions },
  { code: 'pictures', title: 'pictures', weight: 4, judge: judgePicture },
];
