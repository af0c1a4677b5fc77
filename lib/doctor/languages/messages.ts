/** A client of Anthropic's format, like Claude Code. Its reader accepts only what the laws allow, byte for byte (L11). */
import type { ApiErrorBody, StreamEvent } from '../../anthropic/events.ts';
import { isObject, parseJson, toObject, toText } from '../../json.ts';
import { textOf, type RecordedResponse } from '../bench/recorded-response.ts';
import type { Language, TimedEvent, Violation } from './language.ts';

export const messages: Language = {
  name: 'messages',
  ask: (request, _proxy, token) => ({
    path: '/v1/messages?beta=true',
    headers: { authorization: `Bearer ${token}`, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(request),
  }),
  watchContent: () => (bytes) => Buffer.from(bytes).includes('content_block_delta'),
  read: readEvents,
  keptAlive: (response) => textOf(response).includes('event: ping\n'),
  error: readError,
};

function readError(_status: number, text: string): ApiErrorBody | undefined {
  const body = parseJson(text);
  const error = toObject(isObject(body) ? body['error'] : undefined);
  const isError = isObject(body) && body['type'] === 'error';
  if (!isError || toText(error['type']) === '' || typeof error['message'] !== 'string') return undefined;
  return error as unknown as ApiErrorBody;
}

function readEvents(response: RecordedResponse): TimedEvent[] | Violation {
  const events: TimedEvent[] = [];
  const arrivals = arrivalsOf(response);
  const text = textOf(response);
  let from = 0;
  let bytes = 0;
  for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', from)) {
    const block = text.slice(from, end);
    const [, name = '', data = ''] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
    const event = parseJson(data);
    if (!isObject(event))
      return { rule: `L11: an event is malformed: ${JSON.stringify(block.slice(0, 60))}` };
    if (event['type'] !== name)
      return { rule: `L11: an event named ${name} has the type ${JSON.stringify(event['type'])}` };
    from = end + 2;
    bytes += Buffer.byteLength(block) + 2;
    events.push({ event: event as unknown as StreamEvent, atMs: arrivals(bytes) });
  }
  return from < text.length ? { rule: 'L11: the stream ends within an event' } : events;
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
