/** What the rules of every format share: what is asked of an answer, and the words for what is wrong with it. */
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../../json.ts';
import type { UpstreamSide } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';

export interface UpstreamHeard {
  /** What occ puts right. Both are words that follow the provider's name. */
  odd: readonly string[];
  /** What nobody can put right. */
  broken?: string;
  /** It reported token counts. */
  counted: boolean;
}

/** Judges the events of a 2xx answer in one format. */
export type Rules = (raw: RawBody, side: UpstreamSide) => UpstreamHeard;

function afterSeconds(ms: number): string {
  return ms < 10_000 ? `after ${Math.round(ms)} ms` : `after ${Math.round(ms / 1000)} s`;
}

/** What it said has no end. Of an answer that nobody read to its end this cannot be known. */
export function unfinished({ endedMs, askedMs, ended }: UpstreamSide): string | undefined {
  if (ended === 'left') return undefined;
  const how = ended === 'whole' ? 'ended its answer without an end' : 'broke the connection in mid-answer';
  return `${how}, ${afterSeconds(endedMs - askedMs)}`;
}

/** `all` are the texts of arguments, one for each call. */
export function brokenArguments(all: readonly string[]): string | undefined {
  const bad = all.some((text) => text.trim() !== '' && !isObject(parseJson(text)));
  return bad ? 'sent arguments of a tool call that are no JSON object' : undefined;
}

export function saidError(event: JsonObject): string {
  const error = toObject(event['error']);
  return `sent an error in mid-answer: ${toText(error['type'])} ${toText(error['message'])}`
    .trim()
    .slice(0, 200);
}
