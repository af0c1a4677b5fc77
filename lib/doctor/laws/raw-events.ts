/** An upstream's raw body as events, with what is odd about their form. */
import { sseDecoder } from '../../stream/sse.ts';
import { transduce } from '../../stream/transducer.ts';
import { isObject, parseJson, toArray, type JsonObject } from '../../json.ts';
import { textOf, type UpstreamSide } from '../bench/recorded-exchange.ts';

export interface RawBody {
  events: readonly JsonObject[];
  /** OpenAI's `[DONE]` was there. */
  done: boolean;
  /** What occ puts right, in words that follow the provider's name. */
  odd: readonly string[];
  /** What nobody can put right, in such words. */
  broken?: string;
}

/** Data lines that some gateways send only to keep the connection open. */
const keepAlive = /^(?:|ping|keep-?alive|heartbeat|null|\{\})$/i;

export function readRaw(side: UpstreamSide): RawBody {
  const text = textOf(side);
  if (/^\s*<(?:!doctype|html|head|body)/i.test(text)) {
    return { events: [], done: false, odd: [], broken: 'sent a web page instead of an answer' };
  }
  const whole = parseJson(text);
  const list = isObject(whole) ? [whole] : toArray(whole).filter(isObject);
  if (list.length > 0) {
    return { events: list, done: false, odd: ['answers in one piece where a stream was asked'] };
  }
  const comments = commentsInside(text);
  const odd = comments > 0 ? ['puts keep-alives inside events'] : [];
  const events: JsonObject[] = [];
  let done = false;
  for (const { data, problem } of transduce(
    sseDecoder(),
    side.pieces.map(({ bytes }) => bytes),
  )) {
    if (data.trim() === '[DONE]') done = true;
    const event = parseJson(data);
    if (isObject(event)) events.push(event);
    else if (data.trim() !== '[DONE]' && !keepAlive.test(data.trim()) && problem !== 'unterminated') {
      return { events, done, odd, broken: torn(text) };
    }
  }
  return { events, done, odd };
}

/** Comments between the first line of an event and its blank line. */
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

/** An event that is no JSON: torn by a keep-alive, where its line breaks off and a comment follows. */
function torn(text: string): string {
  const halves = [...text.matchAll(/^data: ?(\{.*)(?:\r\n|\r|\n):/gm)];
  const byComment = halves.some(([, json]) => parseJson(json ?? '') === undefined);
  return byComment ? 'tears its events apart with keep-alives' : 'sent an event that is no JSON';
}
