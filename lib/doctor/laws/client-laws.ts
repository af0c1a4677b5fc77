/** Checks what the client received against the laws of the stream: the form of each event, then the order of all of them. */
import type { ApiErrorBody, Message } from '../../anthropic/events.ts';
import { brokenRule } from '../../anthropic/grammar.ts';
import { foldMessage } from '../../anthropic/fold.ts';
import type { Language, TimedEvent } from '../languages/language.ts';
import { messages } from '../languages/messages.ts';
import { type RecordedExchange } from '../bench/recorded-exchange.ts';
import { textOf, type RecordedResponse } from '../bench/recorded-response.ts';

export type ClientOutcome =
  | { kind: 'complete'; message: Message; events: readonly TimedEvent[] }
  /** An error in Anthropic's shape, instead of an answer or within one. */
  | { kind: 'error'; status: number; error: ApiErrorBody; events: readonly TimedEvent[] }
  /** The response violates a law; `rule` describes it. */
  | { kind: 'violation'; rule: string };

export function judgeClient({ client, request, language = messages }: RecordedExchange): ClientOutcome {
  if (client.ended === 'broken') {
    return { kind: 'violation', rule: `the connection to occ broke (${client.reason ?? 'no reason given'})` };
  }
  const status = client.status ?? 0;
  if (status !== 200) return judgeRefusal(client, status, language);
  const events = language.read(client, request);
  if ('rule' in events) return { kind: 'violation', ...events };
  const rule = brokenRule(events.map(({ event }) => event));
  if (rule !== undefined) return { kind: 'violation', rule };
  const last = events.at(-1)?.event;
  if (last?.type === 'error') return { kind: 'error', status, error: last.error, events };
  const message = foldMessage(events.map(({ event }) => event));
  if (message === undefined) return { kind: 'violation', rule: 'L1: there is no message_start' };
  if (message.model !== request.model)
    return { kind: 'violation', rule: 'L1: the model is not the requested one' };
  return { kind: 'complete', message, events };
}

function judgeRefusal(client: RecordedResponse, status: number, language: Language): ClientOutcome {
  const error = language.error(status, textOf(client));
  if (error !== undefined) return { kind: 'error', status, error, events: [] };
  const shape = language.name === 'messages' ? 'Anthropic’s shape' : `the shape of ${language.name}`;
  return { kind: 'violation', rule: `L5: status ${status} without an error in ${shape}` };
}
