/** Prints tool calls: of functions, of tools with free text, and of the tools that have items of their own. */
import type { AnswerBlock } from '../../../anthropic/events.ts';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../../json.ts';
import { inputText } from './input-text.ts';
import { printFields, type ItemPlace, type ItemPrinter } from './item-printer.ts';
import type { Item } from './response.ts';
import { inputField, type ToolEntry, type ToolTable } from './tool-table.ts';

/** The printer for a `tool_use` block; a name that no tool has passes as that of a function. */
export function callItem(block: AnswerBlock, place: ItemPlace, table: ToolTable): ItemPrinter {
  const name = toText(block.name);
  const entry = table.find(name) ?? { kind: 'function', name };
  switch (entry.kind) {
    case 'custom':
      return customCall(block, place, entry);
    case 'local_shell':
      return wholeCall(block, `ls_${place.suffix}`, (args) => ({
        type: 'local_shell_call',
        action: { type: 'exec', ...args },
      }));
    case 'tool_search':
      return wholeCall(block, `ts_${place.suffix}`, (args) => ({
        type: 'tool_search_call',
        execution: 'client',
        arguments: args,
      }));
    default:
      return functionCall(block, place, entry);
  }
}

function functionCall(
  block: AnswerBlock,
  { write, index, suffix }: ItemPlace,
  entry: ToolEntry,
): ItemPrinter {
  const id = `fc_${suffix}`;
  const at = { item_id: id, output_index: index };
  const place = printFields(at);
  const pieces: string[] = [];
  const item = (status: string, args: string): Item => ({
    id,
    type: 'function_call',
    status,
    arguments: args,
    call_id: toText(block.id),
    ...named(entry),
  });
  function piece(delta: string): void {
    if (delta === '') return;
    pieces.push(delta);
    write.piece('function_call_arguments.delta', place, delta);
  }
  return {
    added: item('in_progress', ''),
    delta(delta) {
      if (delta.type === 'input_json_delta') piece(delta.partial_json);
    },
    isComplete: () => isWhole(pieces.join(''), true),
    end(cut) {
      if (!isWhole(pieces.join(''), cut)) return undefined;
      // Clients parse the arguments, and empty text is no JSON.
      if (pieces.join('').trim() === '') piece('{}');
      const args = pieces.join('');
      write('function_call_arguments.done', { ...at, arguments: args, name: entry.name });
      return item('completed', args);
    },
  };
}

function customCall(block: AnswerBlock, { write, index, suffix }: ItemPlace, entry: ToolEntry): ItemPrinter {
  const id = `ctc_${suffix}`;
  const at = { item_id: id, output_index: index };
  const place = printFields(at);
  const pieces: string[] = [];
  const reader = inputText(inputField);
  let sent = '';
  const item = (status: string, input: string): Item => ({
    id,
    type: 'custom_tool_call',
    status,
    call_id: toText(block.id),
    input,
    ...named(entry),
  });
  function piece(delta: string): void {
    if (delta === '') return;
    sent += delta;
    write.piece('custom_tool_call_input.delta', place, delta);
  }
  return {
    added: item('in_progress', ''),
    delta(delta) {
      if (delta.type !== 'input_json_delta') return;
      pieces.push(delta.partial_json);
      piece(reader.push(delta.partial_json));
    },
    isComplete: () => isWhole(pieces.join(''), true),
    end(cut) {
      const args = pieces.join('');
      if (!isWhole(args, cut)) return undefined;
      const whole = toInput(args);
      // What was sent cannot be taken back. It differs only where the arguments have the field twice.
      const input = whole.startsWith(sent) ? whole : sent;
      piece(input.slice(sent.length));
      write('custom_tool_call_input.done', { ...at, input });
      return item('completed', input);
    },
  };
}

/** The text for the tool; arguments without it pass as they are, so that the tool can refuse them. */
function toInput(args: string): string {
  const { [inputField]: input } = toObject(parseJson(args));
  return typeof input === 'string' ? input : args;
}

/** A call whose item has no events of its own. */
function wholeCall(
  block: AnswerBlock,
  id: string,
  fields: (args: JsonObject) => JsonObject & { type: string },
): ItemPrinter {
  const pieces: string[] = [];
  const item = (status: string, args: JsonObject): Item => ({
    id,
    status,
    call_id: toText(block.id),
    ...fields(args),
  });
  return {
    added: item('in_progress', {}),
    delta(delta) {
      if (delta.type === 'input_json_delta') pieces.push(delta.partial_json);
    },
    isComplete: () => isWhole(pieces.join(''), true),
    end: (cut) =>
      isWhole(pieces.join(''), cut) ? item('completed', toObject(parseJson(pieces.join('')))) : undefined,
  };
}

function named({ name, namespace }: ToolEntry): JsonObject {
  return { name, ...(namespace !== undefined && { namespace }) };
}

/** Whether a call may be run. Without arguments that cannot be known in an answer that was cut. */
function isWhole(args: string, cut: boolean): boolean {
  return args.trim() === '' ? !cut : isObject(parseJson(args));
}
