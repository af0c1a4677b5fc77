/** Judges whether answers are really streamed. */
import { said, whyNot, type Evidence, type Said } from '../answer.ts';
import { doubt, honest, lie, unknown, type Verdict } from '../verdict.ts';
import type { Judge } from './judge.ts';

/** Characters of an answer below which its pieces say nothing. */
const shortest = 400;
/** The share of the text in one piece from which it is not a stream. */
const giantShare = 0.6;
/** Milliseconds before the first piece from which the times say something. */
const leastWaitMs = 700;
/** Text that arrives faster than this was ready before: tokens per second that no provider generates. */
const impossibleRate = 6000;

export interface Speed {
  /** Milliseconds until the first piece of text or thinking. */
  firstMs: number;
  /** Milliseconds between the first and the last piece. */
  spanMs: number;
  /** Tokens per second after the first piece, by the characters; undefined if all arrived at once. */
  rate?: number;
}

/** Undefined for an answer without text and thinking. */
export function speedOf({ exchange, facts }: Said): Speed | undefined {
  const [first] = facts.pieces;
  const last = facts.pieces.at(-1);
  if (!first || !last) return undefined;
  const sentMs = exchange.upstream.at(-1)?.sentMs ?? 0;
  const spanMs = last.atMs - first.atMs;
  const characters = facts.pieces.slice(1).reduce((sum, piece) => sum + piece.characters, 0);
  return {
    firstMs: first.atMs - sentMs,
    spanMs,
    ...(spanMs > 0 && { rate: characters / 4 / (spanMs / 1000) }),
  };
}

function judgeStream(evidence: Evidence): Verdict {
  const answer = said(evidence, 'count');
  if (answer === undefined) return unknown(whyNot(evidence, 'count'));
  const { pieces } = answer.facts;
  const all = pieces.reduce((sum, { characters }) => sum + characters, 0);
  if (all < shortest) return unknown('the long answer was too short to be judged');
  const largest = Math.max(...pieces.map(({ characters }) => characters));
  if (largest > all * giantShare)
    return lie(
      `it does not stream: ${Math.round((100 * largest) / all)} % of a long answer came in one piece`,
    );
  const speed = speedOf(answer);
  if (speed === undefined) return unknown('nothing came');
  const { firstMs, spanMs, rate = Infinity } = speed;
  if (firstMs >= leastWaitMs && rate > impossibleRate) {
    const text = `all ${pieces.length} pieces of a long answer came at once, ${seconds(firstMs)} after the request and within ${Math.round(spanMs)} ms`;
    const short = shortWait(evidence);
    return short === undefined || firstMs > short * 2 + 300
      ? lie(`the stream is not real: ${text}`)
      : doubt(`the stream may not be real: ${text}`);
  }
  return honest(`a long answer came in ${pieces.length} pieces`);
}

/** Milliseconds until the first piece of a short answer; undefined without one. */
function shortWait(evidence: Evidence): number | undefined {
  const waits = ['repeat', 'system'].flatMap((name) => {
    const answer = said(evidence, name);
    const speed = answer && speedOf(answer);
    return speed ? [speed.firstMs] : [];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export const streamJudges: readonly Judge[] = [
  { code: 'stream', title: 'real streaming', weight: 6, judge: judgeStream },
];
