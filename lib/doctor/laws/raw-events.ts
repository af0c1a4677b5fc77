/** Splits the raw body of an upstream into events and reports deviations of their form. */
import { sseDecoder } from '../../stream/sse.ts';
import { transduce } from '../../stream/transducer.ts';
import { isObject, parseJson, toArray, type JsonObject } from '../../json.ts';
import { type RecordedUpstream } from '../bench/recorded-exchange.ts';
import { textOf } from '../bench/recorded-response.ts';

export interface RawBody {
  events: readonly JsonObject[];
  /** OpenAI's `[DONE]` was sent. */
  done: boolean;
  /** As in `UpstreamJudgement`. */
  deviations: readonly string[];
  /** As in `UpstreamJudgement`. */
  broken?: string;
}

/** Data lines that some gateways send only to keep the connection open. */
const keepAlive = /^(?:|ping|keep-?alive|heartbeat|null|\{\})$/i;

export function readRaw(side: RecordedUpstream): RawBody {
  const text = textOf(side);
  if (/^\s*<(?:!doctype|html|head|body)/i.test(text)) {
    return { events: [], done: false, deviations: [], broken: 'sent a web page instead of an answer' };
  }
  const whole = parseJson(text);
  const list = isObject(whole) ? [whole] : toArray(whole).filter(isObject);
  if (list.length > 0) {
    return { events: list, done: false, deviations: ['sends one JSON document instead of a stream'] };
  }
  const comments = commentsInside(text);
  const deviations = comments > 0 ? ['puts keep-alives inside events'] : [];
  const events: JsonObject[] = [];
  let done = false;
  for (const { data, problem } of transduce(
    sseDecoder(),
    side.chunks.map(({ bytes }) => bytes),
  )) {
    if (data.trim() === '[DONE]') done = true;
    const event = parseJson(data);
    if (isObject(event)) events.push(event);
    else if (data.trim() !== '[DONE]' && !keepAlive.test(data.trim()) && problem !== 'unterminated') {
      return { events, done, deviations, broken: describeInvalid(text) };
    }
  }
  return { events, done, deviations };
}

/** Counts the comments between the first line of an event and its blank line. */
function commentsInside(text: string): number {
  let inside = false;
  let count = 0;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') inside = false;
    else if (!line.startsWith(':')) inside = true;
    else if (inside) count++;
  }
  return count;
}

/** Describes an event that is not JSON. A keep-alive split it if its line is cut off and a comment follows. */
function describeInvalid(text: string): string {
  const halves = [...text.matchAll(/^data: ?(\{.*)(?:\r\n|\r|\n):/gm)];
  const splitByComment = halves.some(([, json]) => parseJson(json ?? '') === undefined);
  return splitByComment ? 'splits its events with keep-alives' : 'sent an event that is not JSON';
}
