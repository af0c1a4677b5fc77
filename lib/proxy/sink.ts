/** Where an attempt's events go on their way to the client. */
import type { StreamEvent, Usage } from '../anthropic/events.ts';
import { foldMessage } from '../anthropic/fold.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Reply } from './reply.ts';

export interface Sink {
  /** Nothing may leave before the answer is whole (`stream: false`). */
  readonly whole: boolean;
  /** Takes events, the first time from `message_start` on, and waits until the client can take more. */
  accept(events: readonly StreamEvent[]): Promise<void>;
}

/** Streams events on, or gathers them into the one message that `stream: false` asked for. */
export function sinkFor(reply: Reply, request: MessagesRequest, headers: Record<string, string>): Sink {
  if (request.stream !== true) {
    return {
      whole: true,
      accept: async (events) => {
        const message = foldMessage(events);
        if (message) reply.message(message, headers);
      },
    };
  }
  /** What the upstream counted in a start that came after the frame had left: the ending says it instead. */
  let unsaid: Usage | undefined;
  return {
    whole: false,
    async accept(events) {
      const rest: StreamEvent[] = [];
      for (const event of events) {
        if (event.type === 'message_start' && reply.started()) unsaid = event.message.usage;
        else if (event.type === 'message_start') await reply.start(event, headers);
        else if (event.type === 'message_delta' && unsaid)
          rest.push({ ...event, usage: { ...unsaid, ...event.usage } });
        else rest.push(event);
      }
      if (rest.length > 0) await reply.send(rest);
    },
  };
}
