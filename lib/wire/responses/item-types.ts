/** Creates the decoder of an output item by the item's type. */
import { tagAttachment } from '../../anthropic/provenance.ts';
import { toText } from '../../json.ts';
import { callItem } from './calls.ts';
import { customCallItem } from './custom-calls.ts';
import { messageItem } from './message.ts';
import type { ItemContext, OutputItem } from './output-item.ts';
import { reasoningItem } from './reasoning.ts';

export interface ItemFactory {
  create: (type: string, key: string) => OutputItem;
  /** Number of calls so far. */
  callCount(): number;
  /** Characters of arguments that are held until the name of their call arrives (L3). */
  heldCharacters(): number;
}

export function itemFactory(context: ItemContext): ItemFactory {
  let calls = 0;
  let held = 0;

  function create(type: string, key: string): OutputItem {
    switch (type) {
      case 'message':
        return messageItem(key, context);
      case 'reasoning':
        return reasoningItem(key, context);
      case 'function_call':
        calls++;
        return callItem(key, context, (characters) => {
          held += characters;
        });
      case 'custom_tool_call':
        calls++;
        return customCallItem(key, context, (characters) => {
          held += characters;
        });
      case 'web_search_call':
        return context.other ? otherItem(type, context.other) : searchItem(context);
      default:
        return context.other ? otherItem(type, context.other) : unknownItem(type, context);
    }
  }

  return { create, callCount: () => calls, heldCharacters: () => held };
}

const withoutText = { append: () => {}, complete: () => {}, added: () => {}, isEmpty: () => false };

function searchItem({ searches }: ItemContext): OutputItem {
  let written = false;
  return {
    ...withoutText,
    done(item) {
      if (!written) searches.add(item);
      written = true;
    },
    matches: () => true,
  };
}

/** An item for a client that gets it as it is: it only says that it is there. */
function otherItem(type: string, other: (type: string) => void): OutputItem {
  let reported = false;
  const report = (): void => {
    if (!reported) other(type);
    reported = true;
  };
  return { ...withoutText, added: report, done: report, matches: () => true };
}

/** Characters of an item that is kept whole. */
const maxItem = 1_048_576;

/**
 * An item that has no counterpart in Anthropic's API. One with encrypted content, such as a `compaction`, returns to the
 * upstream as it is (P11). Others, such as a built-in tool that the upstream ran, are left out.
 */
function unknownItem(type: string, { prose, origin, drop }: ItemContext): OutputItem {
  let kept = false;
  return {
    ...withoutText,
    done(item) {
      if (kept) return;
      const what = `an output item of type ${(type || toText(item['type'])).slice(0, 40) || 'unknown'}`;
      const payload = JSON.stringify({ item });
      if (toText(item['encrypted_content']) === '' || payload.length > maxItem) return drop(what);
      kept = true;
      prose.hold(tagAttachment(origin, payload), what);
    },
    matches: () => true,
  };
}
