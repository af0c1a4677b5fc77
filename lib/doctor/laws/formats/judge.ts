/** What the judges of all formats share: their result and the descriptions of common problems. */
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../../json.ts';
import type { RecordedUpstream } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';

export interface UpstreamJudgement {
  /** What occ corrects. Each is a predicate for the provider's name: "ends without message_stop". */
  deviations: readonly string[];
  /** What occ cannot correct, as a predicate. */
  broken?: string;
  /** The answer reported token counts. */
  counted: boolean;
}

/** Judges the events of a 2xx response in one format. */
export type Judge = (raw: RawBody, side: RecordedUpstream) => UpstreamJudgement;

function afterTime(ms: number): string {
  return ms < 10_000 ? `after ${Math.round(ms)} ms` : `after ${Math.round(ms / 1000)} s`;
}

/** For an answer without its last event. Undefined if occ aborted it, since the rest is then unknown. */
export function unfinished({ endedMs, sentMs, ended }: RecordedUpstream): string | undefined {
  if (ended === 'aborted') return undefined;
  const how = ended === 'complete' ? 'did not finish its answer' : 'broke the connection during its answer';
  return `${how}, ${afterTime(endedMs - sentMs)}`;
}

/** `all` contains the argument text of each call. */
export function brokenArguments(all: readonly string[]): string | undefined {
  const bad = all.some((text) => text.trim() !== '' && !isObject(parseJson(text)));
  return bad ? 'sent tool call arguments that are not a JSON object' : undefined;
}

export function errorWithin(event: JsonObject): string {
  const error = toObject(event['error']);
  return `sent an error during its answer: ${toText(error['type'])} ${toText(error['message'])}`
    .trim()
    .slice(0, 200);
}

/** The deviation of a tool call or block with another index than expected. */
export function wrongIndex(index: number, expected: number, type: string): string {
  const what = type === 'tool_use' ? 'a tool call' : 'a block';
  return expected === 0
    ? `starts ${what} at index ${index} instead of 0`
    : `numbers a block ${index} instead of ${expected}`;
}
