/** Prints events for clients of Anthropic's format, which is the format of the events. */
import { encodeEvent, type StreamEvent } from '../../../anthropic/events.ts';
import type { Printer } from '../../served.ts';
import { toWhole } from './whole.ts';

export const messagesPrinter: Printer = {
  contentType: 'text/event-stream; charset=utf-8',
  start: encodeEvent,
  print,
  heartbeat: encodeEvent({ type: 'ping' }),
  error: ({ type, message, requestId }) =>
    encodeEvent({ type: 'error', error: { type, message }, request_id: requestId }),
  whole: toWhole,
};

function print(event: StreamEvent): string | Uint8Array {
  const batch = event.type === 'content_block_delta' ? event.batch : undefined;
  return batch?.bytes ?? encodeEvent(event);
}
