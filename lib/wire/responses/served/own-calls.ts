/**
 * Turns calls of functions that stand for other tools into calls of those tools. An upstream that does not take the client's
 * tools as they are gets functions instead (`tool-table.ts`), also after it has refused the client's body.
 */
import { isObject, toArray, toObject, toText, type JsonObject } from '../../../json.ts';
import { callItem } from './call-items.ts';
import type { ItemPrinter, Write } from './item-printer.ts';
import { toolTable } from './tool-table.ts';
import { readTools } from './tools.ts';

export interface OwnCalls {
  /** The event as the client's tool has it; the same object for any other. */
  event(json: JsonObject): JsonObject;
  /** The item as the client's tool has it; the same object for any other. */
  item(item: JsonObject): JsonObject;
}

export function ownCalls(body: JsonObject): OwnCalls {
  const table = toolTable();
  readTools(body['tools'], 'tools', table, []);
  for (const item of toArray(body['input'])) {
    const { type, tools } = toObject(item);
    if (type === 'additional_tools' || type === 'tool_search_output') readTools(tools, 'input', table, []);
  }
  /** The open calls by the id of their item, with what they have written. */
  const open = new Map<string, { printer: ItemPrinter; written: JsonObject[]; type: string }>();

  function isStandIn(item: JsonObject): boolean {
    if (item['type'] !== 'function_call' || item['namespace'] !== undefined) return false;
    const entry = table.find(toText(item['name']));
    return entry !== undefined && (entry.kind !== 'function' || entry.namespace !== undefined);
  }

  function printed(item: JsonObject): { printer: ItemPrinter; written: JsonObject[] } {
    const written: JsonObject[] = [];
    const block = { type: 'tool_use', id: toText(item['call_id']), name: toText(item['name']), input: {} };
    const write: Write = Object.assign(
      (type: string, fields: JsonObject): void => void written.push({ type: `response.${type}`, ...fields }),
      {
        piece: (type: string, _fields: string, delta: string): void =>
          void written.push({ type: `response.${type}`, delta }),
      },
    );
    return { printer: callItem(block, { write, index: 0, suffix: '' }, table), written };
  }

  function toItem(item: JsonObject): JsonObject {
    if (!isStandIn(item)) return item;
    const { printer } = printed(item);
    printer.delta({ type: 'input_json_delta', partial_json: toText(item['arguments']) });
    const whole = item['status'] === 'in_progress' ? printer.added : (printer.end(true) ?? printer.added);
    return { ...whole, id: item['id'], status: item['status'] };
  }

  function toEvent(json: JsonObject): JsonObject {
    const { item, type } = json;
    if (isObject(item) && isStandIn(item) && type === 'response.output_item.added') {
      const { printer, written } = printed(item);
      open.set(toText(item['id']), { printer, written, type: printer.added.type });
    }
    const call = open.get(toText(json['item_id']));
    if (call?.type !== 'custom_tool_call') return json;
    const { item_id, output_index, sequence_number } = json;
    const at = { sequence_number, item_id, output_index };
    if (type === 'response.function_call_arguments.delta') {
      call.printer.delta({ type: 'input_json_delta', partial_json: toText(json['delta']) });
      const delta = call.written
        .splice(0)
        .map((one) => toText(one['delta']))
        .join('');
      return { type: 'response.custom_tool_call_input.delta', ...at, delta };
    }
    if (type !== 'response.function_call_arguments.done') return json;
    const input = toText(call.printer.end(true)?.['input']);
    return { type: 'response.custom_tool_call_input.done', ...at, input };
  }

  return { event: toEvent, item: toItem };
}
