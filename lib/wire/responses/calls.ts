/**
 * Decodes items of type `function_call`. The `tool_use` block is opened when the name is known; arguments pass as text and
 * are not parsed (L9).
 */
import { toText } from '../../json.ts';
import type { ItemContext, OutputItem } from './output-item.ts';
import { itemTexts } from './item-texts.ts';

/** `onHeld` receives the change in the number of characters of arguments that are held until the name arrives. */
export function callItem(
  key: string,
  { answer, prose, toClient, toClientId, drop }: ItemContext,
  onHeld: (characters: number) => void,
): OutputItem {
  let id = '';
  let name = '';
  let opened = false;
  let held: string[] = [];
  const texts = itemTexts((args) => {
    if (opened) return void answer.delta(key, { type: 'input_json_delta', partial_json: args });
    held.push(args);
    onHeld(args.length);
  }, drop);

  function added(item: Parameters<OutputItem['added']>[0]): void {
    if (opened) return;
    id = toText(item['call_id']) || id || toText(item['id']);
    name = toText(item['name']) || name;
    if (name !== '') open();
  }

  function open(): void {
    opened = true;
    prose.endBlock();
    answer.open(key, { type: 'tool_use', id: toClientId(id), name: toClient(name), input: {} });
    for (const args of held) {
      onHeld(-args.length);
      answer.delta(key, { type: 'input_json_delta', partial_json: args });
    }
    held = [];
  }

  return {
    append: (_, __, text) => texts.append(0, text),
    complete: (_, __, text) => texts.complete(0, text),
    added,
    done(item) {
      added(item);
      texts.complete(0, toArguments(item['arguments']));
      // The finished response may still add arguments to a call that has none, so such a call stays open until then.
      if (texts.text().trim() !== '') answer.close(key);
    },
    matches: (item) =>
      (name === '' || toText(item['name']) === name) && texts.matches([toArguments(item['arguments'])]),
    isEmpty: () => texts.text() === '',
  };
}

/** Arguments as text. Some servers send an object instead. */
export function toArguments(args: unknown): string {
  if (typeof args === 'string') return args;
  return typeof args === 'object' && args !== null ? JSON.stringify(args) : '';
}
