/** The types of items an answer is made of. */
import { toText } from '../../json.ts';
import { callItem } from './calls.ts';
import { messageItem } from './message.ts';
import type { Output, Surroundings } from './output-item.ts';
import { reasoningItem } from './reasoning.ts';

export interface Outputs {
  make: (type: string, key: string) => Output;
  /** Calls so far. */
  calls(): number;
  /** Characters of arguments that wait for the name of their call (L3). */
  waiting(): number;
}

export function outputs(surroundings: Surroundings): Outputs {
  let calls = 0;
  let waiting = 0;

  function make(type: string, key: string): Output {
    switch (type) {
      case 'message':
        return messageItem(key, surroundings);
      case 'reasoning':
        return reasoningItem(key, surroundings);
      case 'function_call':
        calls++;
        return callItem(key, surroundings, (characters) => {
          waiting += characters;
        });
      case 'web_search_call':
        return searchItem(surroundings);
      default:
        return unknownItem(type, surroundings);
    }
  }

  return { make, calls: () => calls, waiting: () => waiting };
}

const nothing = { piece: () => {}, whole: () => {}, announced: () => {}, silent: () => false };

function searchItem({ searches }: Surroundings): Output {
  let told = false;
  return {
    ...nothing,
    complete(item) {
      if (!told) searches.made(item);
      told = true;
    },
    fits: () => true,
  };
}

/** What the upstream did by itself and the client has no word for. */
function unknownItem(type: string, { drop }: Surroundings): Output {
  return {
    ...nothing,
    complete: (item) =>
      drop(`an output item of type ${(type || toText(item['type'])).slice(0, 40) || 'unknown'}`),
    fits: () => true,
  };
}
