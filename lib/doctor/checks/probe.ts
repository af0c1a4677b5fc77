/** The type of a smoke test, which runs on the emulator and on real models, and what the smoke tests share. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Message } from '../../anthropic/events.ts';
import { isObject } from '../../json.ts';
import type { Bench } from '../bench/bench.ts';
import { CheckFailure } from '../laws/fault.ts';

export interface Probe {
  code: string;
  title: string;
  /** Milliseconds for one run. */
  limitMs: number;
  /** Takes longer than ten seconds by design. */
  long?: boolean;
  /** Requests of a live run; 0 if it shares the answer of another check. */
  requests: number;
  /** Live: run once for each provider instead of each model. */
  once?: boolean;
  /** Offline: run with the timeouts of every provider in use, instead of only those of the default model. */
  everyTimeout?: boolean;
  /** Resolves to the summary. Rejects with a CheckFailure or a NotObserved. */
  run(bench: Bench): Promise<string>;
}

/** A request with one user message. */
export function question(prompt: string, more: Partial<MessagesRequest> = {}): Partial<MessagesRequest> {
  return { messages: [{ role: 'user', content: prompt }], ...more };
}

/** A request with one simple tool. The emulator calls the first tool it is offered. */
export const weather: Partial<MessagesRequest> = {
  tools: [
    {
      name: 'get_weather',
      description: 'Returns the current weather of one city. Takes one city for each call.',
      input_schema: {
        type: 'object',
        properties: { city: { type: 'string', description: 'The name of a city' } },
        required: ['city'],
      },
    },
  ],
};

/** The tool calls of a message. The grammar has already verified that their arguments are JSON. */
export function callsIn(message: Message): { id: string; name: string; input: unknown }[] {
  const calls = message.content.filter(({ type }) => type === 'tool_use');
  return calls.map(({ id = '', name = '', input }) => {
    if (!isObject(input)) throw new CheckFailure('occ', 'the arguments of a tool call are not a JSON object');
    return { id, name, input };
  });
}

/** Continues a conversation: adds the answer and then a result for each of its tool calls, or else the text `then`. */
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

/** Describes a message that does not contain what was requested. */
export function shapeOf({ content, stop_reason }: Message): string {
  const kinds = content.map(({ type }) => type).join(', ');
  return `the answer was ${kinds === '' ? 'empty' : kinds} (${stop_reason ?? 'no stop reason'})`;
}
