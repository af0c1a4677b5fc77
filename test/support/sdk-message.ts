/** Folds events into a message with Anthropic's SDK, to compare with our own fold. */
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { StreamEvent } from '../../lib/anthropic/events.ts';
import { dataOf, utf8 } from './decode.ts';

/** Passes the events in the format of the SDK's `toReadableStream`: one JSON object per line. */
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
