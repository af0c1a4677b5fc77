/** What of a raw event may leave as it came, and what of a block must leave in another place. */
import { asReceived, type AnswerBlock, type Delta, type StreamEvent } from '../../anthropic/events.ts';
import { isObject, type JsonObject } from '../../json.ts';

/** Remembers the bytes an event came in, if these say just what it says: they may lack a type, or spell an index in words. */
export function received<E extends StreamEvent>(event: E, json: JsonObject, text: string): E {
  const index = 'index' in event ? event.index : undefined;
  return text !== '' && json['type'] === event.type && json['index'] === index
    ? asReceived(event, text)
    : event;
}

/**
 * What of a block must go on as a delta: the broken arguments that a gateway hides in `raw_arguments` (observed on Go),
 * and the text of one whose beginning may have to be left out.
 */
export function unfinished(
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
