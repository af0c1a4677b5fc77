/** What the client got, held to the laws of the stream: whole events of one form, in the order of the grammar. */
import type { ApiErrorBody, Message, StreamEvent } from '../../anthropic/events.ts';
import { brokenRule } from '../../anthropic/grammar.ts';
import { foldMessage } from '../../anthropic/fold.ts';
import { isObject, parseJson, toObject, toText } from '../../json.ts';
import { textOf, type Answered, type Exchange } from '../bench/recorded-exchange.ts';

export interface TimedEvent {
  event: StreamEvent;
  /** When its last byte arrived. */
  atMs: number;
}

export type ClientHeard =
  | { kind: 'whole'; message: Message; events: readonly TimedEvent[] }
  /** An honest error, instead of an answer or within one. */
  | { kind: 'error'; status: number; error: ApiErrorBody; midway: boolean; events: readonly TimedEvent[] }
  /** It broke a law, in words. */
  | { kind: 'unlawful'; rule: string };

/** How the exchange went for the client. */
export function readClient({ client, request }: Exchange): ClientHeard {
  if (client.ended === 'broken') {
    return { kind: 'unlawful', rule: `the connection to occ broke (${client.reason ?? 'no reason given'})` };
  }
  const status = client.status ?? 0;
  if (status !== 200) return readRefusal(client, status);
  const events: TimedEvent[] = [];
  const rule = readEvents(client, events) ?? brokenRule(events.map(({ event }) => event));
  if (rule !== undefined) return { kind: 'unlawful', rule };
  const last = events.at(-1)?.event;
  if (last?.type === 'error') return { kind: 'error', status, error: last.error, midway: true, events };
  const message = foldMessage(events.map(({ event }) => event));
  if (message === undefined) return { kind: 'unlawful', rule: 'L1: there is no message_start' };
  if (message.model !== request.model) return { kind: 'unlawful', rule: 'L1: the model has another name' };
  return { kind: 'whole', message, events };
}

function readRefusal(client: Answered, status: number): ClientHeard {
  const body = parseJson(textOf(client));
  const error = toObject(isObject(body) ? body['error'] : undefined);
  const shaped = isObject(body) && body['type'] === 'error';
  if (!shaped || toText(error['type']) === '' || typeof error['message'] !== 'string') {
    return { kind: 'unlawful', rule: `L5: status ${status} without an error of Anthropic’s shape` };
  }
  return { kind: 'error', status, error: error as unknown as ApiErrorBody, midway: false, events: [] };
}

/** Reads events into `events`; the rule that one breaks by its form (L11), else undefined. */
function readEvents(client: Answered, events: TimedEvent[]): string | undefined {
  const arrivals = arrivalsOf(client);
  const text = textOf(client);
  let from = 0;
  let bytes = 0;
  for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', from)) {
    const block = text.slice(from, end);
    const [, name = '', data = ''] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
    const event = parseJson(data);
    if (!isObject(event)) return `L11: an event is not whole: ${JSON.stringify(block.slice(0, 60))}`;
    if (event['type'] !== name)
      return `L11: an event called ${name} says that it is ${JSON.stringify(event['type'])}`;
    from = end + 2;
    bytes += Buffer.byteLength(block) + 2;
    events.push({ event: event as unknown as StreamEvent, atMs: arrivals(bytes) });
  }
  return from < text.length ? 'L11: the stream ends within an event' : undefined;
}

/** When the nth byte had arrived; asked in rising order. */
function arrivalsOf({ pieces }: Answered): (byte: number) => number {
  let index = 0;
  let seen = pieces[0]?.bytes.length ?? 0;
  return (byte) => {
    while (seen < byte && index + 1 < pieces.length) seen += pieces[++index]?.bytes.length ?? 0;
    return pieces[index]?.atMs ?? 0;
  };
}
