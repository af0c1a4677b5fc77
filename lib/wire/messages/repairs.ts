/** Decides which received events keep their bytes, and moves content from a block's start to a delta where needed. */
import { asReceived, type AnswerBlock, type Delta, type StreamEvent } from '../../anthropic/events.ts';
import { isObject, type JsonObject } from '../../json.ts';

/** Keeps the received bytes of an event if they match it: they may lack the type or have the index as a string. */
export function keepBytes<E extends StreamEvent>(event: E, json: JsonObject, text: string): E {
  return keepsBytes(event, json, text) ? asReceived(event, text) : event;
}

/** Whether the received bytes `text` of an event match it. */
export function keepsBytes(event: StreamEvent, json: JsonObject, text: string): boolean {
  const index = 'index' in event ? event.index : undefined;
  return text !== '' && json['type'] === event.type && json['index'] === index;
}

/**
 * Splits a block's start into an empty start and a delta, for broken arguments that a gateway put into `raw_arguments`
 * (observed on OpenCode Go), and for text that must pass the filter for leaked tags (`filtered`).
 */
export function splitStart(
  block: AnswerBlock,
  filtered: boolean,
): { block: AnswerBlock; rest?: Delta & JsonObject } {
  const { input, text } = block;
  const raw = isObject(input) && Object.keys(input).length === 1 ? input['raw_arguments'] : undefined;
  if (block.type === 'tool_use' && typeof raw === 'string')
    return { block: { ...block, input: {} }, rest: { type: 'input_json_delta', partial_json: raw } };
  if (block.type === 'text' && filtered && text)
    return { block: { ...block, text: '' }, rest: { type: 'text_delta', text } };
  return { block };
}
