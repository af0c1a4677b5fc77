/** A smoke test as data: what it asks and what must come of it, for the emulator and for real models alike. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Message } from '../../anthropic/events.ts';
import { isObject } from '../../json.ts';
import type { Bench } from '../bench/bench.ts';
import { Wrong } from '../laws/fault.ts';

export interface Probe {
  code: string;
  title: string;
  /** Milliseconds for one run of it. */
  limitMs: number;
  /** Takes longer than ten seconds by its nature. */
  long?: boolean;
  /** What a live run asks of a provider; 0 where it shares the answer of another check. */
  requests: number;
  /** Live: once for each provider instead of each model. */
  once?: boolean;
  /** Offline: with the timeouts of every provider that is used, instead of the default model's alone. */
  everyTimeout?: boolean;
  /** Resolves to what was seen, in a few words. Throws a Wrong or an Absent. */
  run(bench: Bench): Promise<string>;
}

/** One question in plain words. */
export function question(prompt: string, more: Partial<MessagesRequest> = {}): Partial<MessagesRequest> {
  return { messages: [{ role: 'user', content: prompt }], ...more };
}

/** A tool of the kind every coding client has; the emulator calls the first it is offered. */
export const weather: Partial<MessagesRequest> = {
  tools: [
    {
      name: 'get_weather',
      description: 'Tells the present weather of one city. Takes one city for each call.',
      input_schema: {
        type: 'object',
        properties: { city: { type: 'string', description: 'The name of a city' } },
        required: ['city'],
      },
    },
  ],
};

/** The calls of a message; the grammar has seen to it that their arguments parse. */
export function callsIn(message: Message): { id: string; name: string; input: unknown }[] {
  const calls = message.content.filter(({ type }) => type === 'tool_use');
  return calls.map(({ id = '', name = '', input }) => {
    if (!isObject(input)) throw new Wrong('occ', 'the arguments of a tool call are no JSON object');
    return { id, name, input };
  });
}

/** The conversation with this answer and, where it called tools, a result for each. */
export function answered(
  request: Pick<MessagesRequest, 'messages'>,
  { content }: Message,
  then: string,
): Pick<MessagesRequest, 'messages'> {
  const results = content.flatMap(({ type, id = '' }) =>
    type === 'tool_use'
      ? [{ type: 'tool_result' as const, tool_use_id: id, content: 'sunny, 21 degrees' }]
      : [],
  );
  const next = results.length > 0 ? results : then;
  return {
    messages: [...request.messages, { role: 'assistant', content }, { role: 'user', content: next }],
  };
}

/** What a message holds, in a few words, for one that holds something else than was asked for. */
export function shapeOf({ content, stop_reason }: Message): string {
  const kinds = content.map(({ type }) => type).join(', ');
  return `the answer was ${kinds === '' ? 'empty' : kinds} (${stop_reason ?? 'no stop reason'})`;
}
