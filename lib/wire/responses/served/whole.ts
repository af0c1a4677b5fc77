/** The events of a whole message, so that a whole answer is printed as a streamed one is. */
import type { AnswerBlock, Delta, Message, StreamEvent } from '../../../anthropic/events.ts';

/** The events up to the end of the message. */
export function* eventsOf(message: Message): Generator<StreamEvent> {
  yield { type: 'message_start', message };
  for (const [index, block] of message.content.entries()) {
    yield { type: 'content_block_start', index, content_block: block };
    for (const delta of deltasOf(block)) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  const { stop_reason, stop_sequence, usage } = message;
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage };
  yield { type: 'message_stop' };
}

function* deltasOf(block: AnswerBlock): Generator<Delta> {
  switch (block.type) {
    case 'text':
      yield { type: 'text_delta', text: block.text ?? '' };
      return;
    case 'thinking':
      yield { type: 'thinking_delta', thinking: block.thinking ?? '' };
      yield { type: 'signature_delta', signature: block.signature ?? '' };
      return;
    case 'tool_use':
      yield { type: 'input_json_delta', partial_json: JSON.stringify(block.input ?? {}) };
  }
}
