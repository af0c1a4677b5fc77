/** Reads the facts of an answer from the bytes that the provider sent. */
import { isObject, parseJson, toArray } from '../../../json.ts';
import { sseDecoder, type SseMessage } from '../../../stream/sse.ts';
import type { WireFormat } from '../../../wire/formats.ts';
import { type RecordedUpstream } from '../../bench/recorded-exchange.ts';
import { textOf } from '../../bench/recorded-response.ts';
import { readChat } from './chat.ts';
import { noFacts, type Facts, type FactsReader, type SentEvent } from './facts.ts';
import { readGemini } from './gemini.ts';
import { readMessages } from './messages.ts';
import { readResponses } from './responses.ts';

/** A format without one sends nothing that could be judged. */
const readers: Readonly<Partial<Record<WireFormat, FactsReader>>> = {
  chat: readChat,
  messages: readMessages,
  responses: readResponses,
  gemini: readGemini,
};

/** Never throws: what cannot be read is left out. */
export function readFacts(side: RecordedUpstream, format: WireFormat): Facts {
  return readers[format]?.(timedEvents(side)) ?? noFacts();
}

/** The events with the times at which they arrived. One JSON document is a single event. */
function timedEvents(side: RecordedUpstream): SentEvent[] {
  const whole = parseJson(textOf(side));
  if (whole !== undefined)
    return (isObject(whole) ? [whole] : toArray(whole).filter(isObject)).map((data) => ({
      data,
      atMs: side.endedMs,
    }));
  const decoder = sseDecoder();
  const events: SentEvent[] = [];
  for (const { atMs, bytes } of side.chunks) decoder.step(bytes, addAt(atMs));
  decoder.flush(addAt(side.endedMs));
  return events;

  function addAt(atMs: number): (message: SseMessage) => void {
    return ({ data }) => {
      const parsed = parseJson(data);
      if (isObject(parsed)) events.push({ data: parsed, atMs });
    };
  }
}
