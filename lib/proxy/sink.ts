/** Passes an attempt's events on to the reply, as a stream or as one message. */
import type { StreamEvent, Usage } from '../anthropic/events.ts';
import { foldMessage } from '../anthropic/fold.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Reply } from './reply.ts';

export interface Sink {
  /** Whether the answer must be whole before it may leave (`stream: false`). */
  readonly whole: boolean;
  /** Takes events, beginning with `message_start`. Returns a promise where the client must read before it takes more. */
  accept(events: readonly StreamEvent[]): Promise<void> | undefined;
}

/** Forwards events, or folds them into one message for `stream: false` (L14). */
export function sinkFor(reply: Reply, request: MessagesRequest, headers: Record<string, string>): Sink {
  if (request.stream !== true) {
    return {
      whole: true,
      accept(events) {
        const message = foldMessage(events);
        if (message) reply.message(message, headers);
        return undefined;
      },
    };
  }
  /** The usage of a `message_start` that arrived after one was already sent. The final `message_delta` carries it instead. */
  let startUsage: Usage | undefined;
  return {
    whole: false,
    accept(events) {
      const rest: StreamEvent[] = [];
      let waiting: Promise<void> | undefined;
      for (const event of events) {
        if (event.type === 'message_start') {
          if (reply.started()) startUsage = event.message.usage;
          else waiting = reply.start(event, headers);
          if (event.frames !== undefined) rest.push(event);
        } else if (event.type === 'message_delta' && startUsage)
          rest.push({ ...event, usage: { ...startUsage, ...event.usage } });
        else rest.push(event);
      }
      return rest.length > 0 ? reply.send(rest) : waiting;
    },
  };
}
