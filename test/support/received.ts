/** What a client of Anthropic's stream has heard, counted from deltas alone, as Claude Code counts (measured). */
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
  const heard: Received = {
    text: '',
    thinking: '',
    calls: [],
    signatures: [],
    ended: 'not at all',
    stopReason: null,
  };
  for (const event of events) {
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use')
      heard.calls.push({ name: event.content_block.name ?? '', args: '' });
    if (event.type === 'content_block_delta') {
      const { delta } = event;
      const call = heard.calls.at(-1);
      if (delta.type === 'text_delta') heard.text += delta.text;
      if (delta.type === 'thinking_delta') heard.thinking += delta.thinking;
      if (delta.type === 'signature_delta') heard.signatures.push(delta.signature);
      if (delta.type === 'input_json_delta' && call) call.args += delta.partial_json;
    }
    if (event.type === 'message_delta') heard.stopReason = event.delta.stop_reason;
    if (event.type === 'message_stop') heard.ended = 'stopped';
    if (event.type === 'error') heard.ended = 'error';
  }
  return heard;
}
