/** The message that Anthropic's own SDK makes of our events: the second opinion on our fold. */
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { StreamEvent } from '../../lib/anthropic/events.ts';
import { dataOf, utf8 } from './decode.ts';

/** Feeds the events as the SDK takes them back from its own `toReadableStream`: one JSON on each line. */
export async function sdkMessage(events: Iterable<StreamEvent>): Promise<object> {
  const lines = [...events].map((event) => `${dataOf(event)}\n`).join('');
  const bytes = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(utf8(lines));
      controller.close();
    },
  });
  return MessageStream.fromReadableStream(bytes).finalMessage();
}
