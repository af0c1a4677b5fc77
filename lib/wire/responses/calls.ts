/**
 * Decodes items of type `function_call`. The `tool_use` block is opened when the name is known; arguments pass as text and
 * are not parsed (L9).
 */
import { tagAttachment } from '../../anthropic/provenance.ts';
import { attachedFields } from '../decode/attached-fields.ts';
import { toText } from '../../json.ts';
import type { ItemContext, OutputItem } from './output-item.ts';
import { itemTexts } from './item-texts.ts';

/** Fields of the item that are read, or that no upstream expects back. */
const known: ReadonlySet<string> = new Set([
  'type',
  'id',
  'call_id',
  'name',
  'arguments',
  'status',
  'created_by',
]);

/** `onHeld` receives the change in the number of characters of arguments that are held until the name arrives. */
export function callItem(
  key: string,
  { answer, prose, origin, toClient, toClientId, drop }: ItemContext,
  onHeld: (characters: number) => void,
): OutputItem {
  let id = '';
  let name = '';
  let opened = false;
  let clientId = '';
  let held: string[] = [];
  const fields = attachedFields(known, 'a call', drop);
  const texts = itemTexts((args) => {
    if (opened) return void answer.delta(key, { type: 'input_json_delta', partial_json: args });
    held.push(args);
    onHeld(args.length);
  }, drop);

  function added(item: Parameters<OutputItem['added']>[0]): void {
    fields.add(item);
    if (opened) return;
    id = toText(item['call_id']) || id || toText(item['id']);
    name = toText(item['name']) || name;
    if (name !== '') open();
  }

  function open(): void {
    opened = true;
    clientId = answer.reserveId(toClientId(id));
    if (fields.isNew()) carry();
    else prose.endBlock();
    answer.open(key, { type: 'tool_use', id: clientId, name: toClient(name), input: {} });
    for (const args of held) {
      onHeld(-args.length);
      answer.delta(key, { type: 'input_json_delta', partial_json: args });
    }
    held = [];
  }

  function carry(): void {
    prose.carry(tagAttachment(origin, JSON.stringify({ call: clientId, outer: fields.take() })));
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
      if (opened && fields.isNew()) carry();
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
