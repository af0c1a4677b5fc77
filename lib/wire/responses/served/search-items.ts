/**
 * Prints a web search that the upstream ran. Anthropic's format has two blocks for it, the search and its result, which
 * become one item.
 */
import type { AnswerBlock } from '../../../anthropic/events.ts';
import { parseJson, toArray, toObject, toText, type JsonObject } from '../../../json.ts';
import type { ItemPlace, ItemPrinter } from './item-printer.ts';
import type { Item } from './response.ts';

export interface SearchPrinter extends ItemPrinter {
  /** Takes the block of the result. */
  result(block: AnswerBlock): void;
}

export function searchItem(block: AnswerBlock, { write, index, suffix }: ItemPlace): SearchPrinter {
  const id = `ws_${suffix}`;
  const at = { item_id: id, output_index: index };
  const pieces: string[] = [];
  let sources: JsonObject[] = [];
  let begun = false;

  const item = (status: string, action: JsonObject): Item => ({
    id,
    type: 'web_search_call',
    status,
    action,
  });
  const query = (): string => {
    const given = pieces.join('').trim() === '' ? block.input : parseJson(pieces.join(''));
    return toText(toObject(given)['query']);
  };

  function begin(): void {
    if (begun) return;
    begun = true;
    write('web_search_call.in_progress', at);
    write('web_search_call.searching', at);
  }

  return {
    added: item('in_progress', { type: 'search', query: '' }),
    delta(delta) {
      begin();
      if (delta.type === 'input_json_delta') pieces.push(delta.partial_json);
    },
    isComplete: () => false,
    result({ content }) {
      begin();
      sources = toArray(content).flatMap((page) => {
        const url = toText(toObject(page)['url']);
        return url === '' ? [] : [{ type: 'url', url }];
      });
    },
    end() {
      begin();
      write('web_search_call.completed', at);
      return item('completed', { type: 'search', query: query(), queries: [query()], sources });
    },
  };
}
