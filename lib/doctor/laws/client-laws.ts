/** Checks what the client received against the laws of the stream: the form of each event, then the order of all of them. */
import type { ApiErrorBody, Message, StreamEvent } from '../../anthropic/events.ts';
import { brokenRule } from '../../anthropic/grammar.ts';
import { foldMessage } from '../../anthropic/fold.ts';
import { isObject, parseJson, toObject, toText } from '../../json.ts';
import { textOf, type RecordedExchange, type RecordedResponse } from '../bench/recorded-exchange.ts';

export interface TimedEvent {
  event: StreamEvent;
  /** When its last byte arrived. */
  atMs: number;
}

export type ClientOutcome =
  | { kind: 'complete'; message: Message; events: readonly TimedEvent[] }
  /** An error in Anthropic's shape, instead of an answer or within one. */
  | { kind: 'error'; status: number; error: ApiErrorBody; events: readonly TimedEvent[] }
  /** The response violates a law; `rule` describes it. */
  | { kind: 'violation'; rule: string };

export function judgeClient({ client, request }: RecordedExchange): ClientOutcome {
  if (client.ended === 'broken') {
    return { kind: 'violation', rule: `the connection to occ broke (${client.reason ?? 'no reason given'})` };
  }
  const status = client.status ?? 0;
  if (status !== 200) return judgeRefusal(client, status);
  const events: TimedEvent[] = [];
  const rule = readEvents(client, events) ?? brokenRule(events.map(({ event }) => event));
  if (rule !== undefined) return { kind: 'violation', rule };
  const last = events.at(-1)?.event;
  if (last?.type === 'error') return { kind: 'error', status, error: last.error, events };
  const message = foldMessage(events.map(({ event }) => event));
  if (message === undefined) return { kind: 'violation', rule: 'L1: there is no message_start' };
  if (message.model !== request.model)
    return { kind: 'violation', rule: 'L1: the model is not the requested one' };
  return { kind: 'complete', message, events };
}

function judgeRefusal(client: RecordedResponse, status: number): ClientOutcome {
  const body = parseJson(textOf(client));
  const error = toObject(isObject(body) ? body['error'] : undefined);
  const isError = isObject(body) && body['type'] === 'error';
  if (!isError || toText(error['type']) === '' || typeof error['message'] !== 'string') {
    return { kind: 'violation', rule: `L5: status ${status} without an error in Anthropic’s shape` };
  }
  return { kind: 'error', status, error: error as unknown as ApiErrorBody, events: [] };
}

/** Reads events into `events`. Returns the rule (L11) that the form of an event violates, if any. */
function readEvents(client: RecordedResponse, events: TimedEvent[]): string | undefined {
  const arrivals = arrivalsOf(client);
  const text = textOf(client);
  let from = 0;
  let bytes = 0;
  for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', from)) {
    const block = text.slice(from, end);
    const [, name = '', data = ''] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
    const event = parseJson(data);
    if (!isObject(event)) return `L11: an event is malformed: ${JSON.stringify(block.slice(0, 60))}`;
    if (event['type'] !== name)
      return `L11: an event named ${name} has the type ${JSON.stringify(event['type'])}`;
    from = end + 2;
    bytes += Buffer.byteLength(block) + 2;
    events.push({ event: event as unknown as StreamEvent, atMs: arrivals(bytes) });
  }
  return from < text.length ? 'L11: the stream ends within an event' : undefined;
}

/** Returns a function that gives the arrival time of the nth byte; call it with rising numbers. */
function arrivalsOf({ chunks }: RecordedResponse): (byte: number) => number {
  let index = 0;
  let seen = chunks[0]?.bytes.length ?? 0;
  return (byte) => {
    while (seen < byte && index + 1 < chunks.length) seen += chunks[++index]?.bytes.length ?? 0;
    return chunks[index]?.atMs ?? 0;
  };
}
