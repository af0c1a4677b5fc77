/**
 * Decodes items of type `custom_tool_call`, whose input is plain text: calls of a function with one string (`input`). Only a
 * client of this format has such tools.
 */
import { toText, type JsonObject } from '../../json.ts';
import { callItem } from './calls.ts';
import { itemTexts } from './item-texts.ts';
import type { ItemContext, OutputItem } from './output-item.ts';

const head = '{"input":"';
const end = '"}';

export function customCallItem(
  key: string,
  context: ItemContext,
  onHeld: (characters: number) => void,
): OutputItem {
  const call = callItem(key, context, onHeld);
  /** The arguments so far. A pair of surrogates may be spelled in two pieces, so they are not printed again at the end. */
  let args = '';
  let closed = false;
  const texts = itemTexts((text) => add((args === '' ? head : '') + escaped(text)), context.drop);

  function add(piece: string): void {
    args += piece;
    call.append('arguments', 0, piece);
  }

  return {
    ...call,
    append: (_, __, text) => texts.append(0, text),
    complete: (_, __, text) => texts.complete(0, text),
    added: (item) => call.added(withoutInput(item)),
    done(item) {
      call.added(withoutInput(item));
      texts.complete(0, toText(item['input']));
      if (!closed) add(args === '' ? head + end : end);
      closed = true;
      call.done({ ...withoutInput(item), arguments: args });
    },
    matches: (item) => texts.matches([toText(item['input'])]),
  };
}

function withoutInput(item: JsonObject): JsonObject {
  const { input: _, ...rest } = item;
  return rest;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
