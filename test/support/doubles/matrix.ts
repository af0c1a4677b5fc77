/** The rows of the matrix: captured requests and conversations. A cell is computed alone. */
import { capturedRequests } from '../requests.ts';
import { anthropic } from './anthropic.ts';
import { judge, type Verdict } from './cell.ts';
import { conversations, type Conversation } from './conversations.ts';
import type { Double } from './double.ts';
import { gemini } from './gemini.ts';
import { kimi } from './kimi.ts';
import { modelNamed, proxyOverDoubles } from './proxy.ts';
import { talk } from './talk.ts';

export interface Row {
  name: string;
  judge(double: Double): Promise<Verdict>;
}

export const rows: readonly Row[] = [
  ...capturedRequests()
    .filter(({ kind }) => !/count-tokens/.test(kind))
    .map(({ kind, body }) => ({
      name: kind,
      async judge(double: Double) {
        await using over = await proxyOverDoubles([double]);
        return (await judge(over, double, { ...body, model: modelNamed(double) })).verdict;
      },
    })),
  ...conversations.map((conversation) => ({
    name: conversation.name,
    judge: (double: Double) => talk(conversation, double, otherThan(double, conversation)),
  })),
];

function otherThan(double: Double, { other = 'thinking' }: Conversation): Double {
  const wanted = { signing: gemini, thinking: anthropic, loose: kimi }[other];
  return wanted.name === double.name ? { signing: kimi, thinking: gemini, loose: gemini }[other] : wanted;
}

/** Refusals that no changed request avoids without a loss, by the name of their rule. */
const unavoidable = new Set(['at most 128 tools']);

/** `·`, the number of refusals before the answer, or a word. */
export function mark({ kind, refusals, why = '' }: Verdict): string {
  if (kind === 'refused' && [...unavoidable].some((rule) => why.includes(rule))) return 'limit';
  if (kind !== 'ok') return kind;
  return refusals === 0 ? '·' : String(refusals);
}

/** Whether a mark is as good as the one in the table, or better. */
export function isAsGood(found: string, written: string): boolean {
  return rank(found) <= rank(written);
}

/** Whether the contract is kept: an answer after at most two refusals, or the truth about a limit. */
export function isGood(found: string): boolean {
  return rank(found) <= 2;
}

function rank(written: string): number {
  if (written === '·' || written === 'full' || written === 'limit') return 0;
  return /^\d+$/.test(written) ? Number(written) : 9;
}
