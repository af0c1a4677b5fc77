/** Completes a whole answer with the fields that every message of Anthropic's API has, as its SDKs declare them. */
import type { AnswerBlock, Message } from '../../../anthropic/events.ts';

const ofMessage = ['stop_sequence', 'stop_details', 'container'] as const;

const ofUsage = [
  'cache_creation',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'inference_geo',
  'output_tokens_details',
  'server_tool_use',
  'service_tier',
] as const;

/** The message with `null` for what its upstream did not send. What it sent stays as it is. */
export function toWhole(message: Message): Message {
  const content = message.content.map(toWholeBlock);
  return { ...withNulls(message, ofMessage), content, usage: withNulls(message.usage, ofUsage) };
}

function withNulls<T extends object>(object: T, names: readonly string[]): T {
  const missing = names.filter((name) => !(name in object)).map((name) => [name, null]);
  return { ...object, ...(Object.fromEntries(missing) as Partial<T>) };
}

function toWholeBlock(block: AnswerBlock): AnswerBlock {
  switch (block.type) {
    case 'text':
      return withNulls(block, ['citations']);
    case 'tool_use':
      // The model itself made every call that does not name another caller.
      return 'caller' in block ? block : { ...block, caller: { type: 'direct' } };
    default:
      return block;
  }
}
