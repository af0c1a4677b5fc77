/** Judges occ itself: whatever a provider sends, the client must receive a valid stream. */
import { judgeClient } from '../../laws/client-laws.ts';
import type { Evidence } from '../answer.ts';
import { honest, lie, unknown, type Verdict } from '../verdict.ts';
import type { Judge } from './judge.ts';

function judgeRelay({ answers }: Evidence): Verdict {
  const ended = [...answers.values()].filter(({ exchange }) => exchange.client.ended !== 'aborted');
  if (ended.length === 0) return unknown('nothing was asked');
  for (const { exchange } of ended) {
    const outcome = judgeClient(exchange);
    if (outcome.kind === 'violation')
      return { ...lie(`occ broke a law of the stream: ${outcome.rule}`), fault: 'occ' };
  }
  return honest('occ passed on every answer as a valid stream');
}

export const relayJudges: readonly Judge[] = [
  { code: 'relay', title: 'occ itself', weight: 0, judge: judgeRelay },
];
