/** Turns the blocks of an answer into output items, one after the other, and keeps those that are done. */
import type { AnswerBlock, Delta } from '../../../anthropic/events.ts';
import { callItem } from './call-items.ts';
import type { ItemPlace, ItemPrinter, Write } from './item-printer.ts';
import { messageItem, reasoningItem, redactedItem, type ReasoningPrinter } from './prose-items.ts';
import type { Item } from './response.ts';
import { searchItem, type SearchPrinter } from './search-items.ts';
import type { ToolTable } from './tool-table.ts';

export interface ItemQueue {
  start(block: AnswerBlock): void;
  delta(delta: Delta): void;
  stop(): void;
  /** Ends the last item; `cut` is true for an answer that is not complete. */
  end(cut: boolean): void;
  done(): readonly Item[];
}

export function itemQueue(messageId: string, table: ToolTable, write: Write): ItemQueue {
  const done: Item[] = [];
  const name = messageId.replace(/^msg_/, '');
  /** Items so far, with those that never became whole. */
  let begun = 0;
  let open: ItemPrinter | undefined;
  /** The open item has had its last delta. Whether it is whole may depend on how the answer ends. */
  let stopped = false;
  /** A search waits for the block of its result. */
  let search: SearchPrinter | undefined;
  /** The open item, if it is reasoning. */
  let reasoning: ReasoningPrinter | undefined;

  function printerOf(block: AnswerBlock, place: ItemPlace): ItemPrinter | undefined {
    switch (block.type) {
      case 'text':
        return messageItem(block, place);
      case 'thinking':
        return (reasoning = reasoningItem(place));
      case 'redacted_thinking':
        return redactedItem(block, place);
      case 'tool_use':
        return callItem(block, place, table);
      case 'server_tool_use':
        return block.name === 'web_search' ? (search = searchItem(block, place)) : undefined;
      default:
        return undefined;
    }
  }

  function close(cut: boolean): void {
    const item = open?.end(cut);
    open = undefined;
    search = undefined;
    reasoning = undefined;
    if (!item) return;
    write('output_item.done', { output_index: begun - 1, item });
    done.push(item);
  }

  return {
    start(block) {
      if (block.type === 'web_search_tool_result' && search) return search.result(block);
      stopped = false;
      if (block.type === 'thinking' && reasoning?.goesOn()) return reasoning.nextPart();
      close(false);
      open = printerOf(block, { write, index: begun, suffix: `${name}_${begun}` });
      if (!open) return;
      write('output_item.added', { output_index: begun, item: open.added });
      begun++;
    },
    delta(delta) {
      if (!stopped) open?.delta(delta);
    },
    stop() {
      stopped = true;
      if (open?.isComplete()) close(false);
    },
    end: close,
    done: () => done,
  };
}
