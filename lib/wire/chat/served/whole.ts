/** Prints a whole message as a `chat.completion`. */
import type { AnswerBlock, Message } from '../../../anthropic/events.ts';
import { argumentsIn } from '../../../anthropic/fold.ts';
import { toArray, toText, type JsonObject } from '../../../json.ts';
import { completionId, finishReason, toChatUsage, type PrinterOptions } from './answer.ts';
import { toAnnotations } from './annotations.ts';
import { customText } from './custom.ts';
import { outputsIn } from './outputs.ts';
import { thoughts } from './thoughts.ts';

export function toCompletion(message: Message, options: PrinterOptions): JsonObject {
  const { head, model, custom, legacy } = options;
  const reasoning = thoughts();
  let text = '';
  let thinking = '';
  const calls: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  for (const block of message.content) {
    reasoning.open(block, { text: text.length, calls: calls.length });
    if (block.type === 'text') {
      const start = text.length;
      text += toText(block.text);
      annotations.push(...toAnnotations(toArray(block['citations']), start, text.length));
    }
    if (block.type === 'thinking') {
      thinking += toText(block.thinking);
      reasoning.grow(toText(block.thinking).length);
    } else if (block.type === 'tool_use') calls.push(toCall(block, custom));
  }
  const details = reasoning.take();
  const [first] = calls;
  return {
    id: completionId(head.messageId),
    object: 'chat.completion',
    created: head.created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' ? null : text,
          refusal: null,
          ...(annotations.length > 0 && { annotations }),
          ...outputsIn(message),
          ...(thinking !== '' && { reasoning_content: thinking }),
          ...(details.length > 0 && { reasoning_details: details }),
          ...(first && (legacy ? { function_call: first['function'] } : { tool_calls: calls })),
        },
        logprobs: null,
        finish_reason: finishReason(message.stop_reason, legacy),
      },
    ],
    usage: toChatUsage(message.usage),
  };
}

function toCall(block: AnswerBlock, custom: ReadonlySet<string>): JsonObject {
  const { id, name } = block;
  const args = argumentsIn(block);
  const called = toText(name);
  if (custom.has(called))
    return { id: toText(id), type: 'custom', custom: { name: called, input: customText(args) ?? args } };
  return { id: toText(id), type: 'function', function: { name: called, arguments: args } };
}
