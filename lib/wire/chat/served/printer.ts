/** Prints an answer as Chat Completions: a stream of `chat.completion.chunk`, or one `chat.completion`. */
import type { Printer } from '../../served.ts';
import { completionId, type PrinterOptions } from './answer.ts';
import { chunkPrinter, dataLine } from './chunks.ts';
import { errorBody } from './error.ts';
import { toCompletion } from './whole.ts';

const heartbeat = ': keep-alive\n\n';

export function printer(options: PrinterOptions): Printer {
  const { head, model } = options;
  const chunks = chunkPrinter({ ...options, id: completionId(head.messageId), created: head.created, model });
  return {
    contentType: 'text/event-stream; charset=utf-8',
    // Nothing is known of the answer yet.
    start: () => heartbeat,
    print: (event) => event.frames ?? chunks.print(event),
    heartbeat,
    error: (error) => dataLine(errorBody(error)),
    whole: (message) => toCompletion(message, options),
  };
}
