/** Reads what a client receives, from deltas only, as Claude Code does (measured). */
import type { StreamEvent } from '../../lib/anthropic/events.ts';
import type { Call } from './sent-shape.ts';

export interface Received {
  text: string;
  thinking: string;
  calls: Call[];
  signatures: string[];
  /** How the stream ended. */
  ended: 'stopped' | 'error' | 'not at all';
  stopReason: string | null;
}

export function readReceived(events: Iterable<StreamEvent>): Received {
  const received: Received = {
    text: '',
    thinking: '',
    calls: [],
    signatures: [],
    ended: 'not at all',
    stopReason: null,
  };
  for (const event of events) {
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use')
      received.calls.push({ name: event.content_block.name ?? '', args: '' });
    if (event.type === 'content_block_delta') {
      const { delta } = event;
      const call = received.calls.at(-1);
      if (delta.type === 'text_delta') received.text += delta.text;
      if (delta.type === 'thinking_delta') received.thinking += delta.thinking;
      if (delta.type === 'signature_delta') received.signatures.push(delta.signature);
      if (delta.type === 'input_json_delta' && call) call.args += delta.partial_json;
    }
    if (event.type === 'message_delta') received.stopReason = event.delta.stop_reason;
    if (event.type === 'message_stop') received.ended = 'stopped';
    if (event.type === 'error') received.ended = 'error';
  }
  return received;
}
