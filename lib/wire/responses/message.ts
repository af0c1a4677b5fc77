/** An item of type `message`: what the model says. */
import { isObject, toArray, toObject, toText } from '../../json.ts';
import { textsIn, type Output, type Surroundings } from './output-item.ts';
import { parts } from './item-texts.ts';

export function messageItem(key: string, { prose, searches, drop }: Surroundings): Output {
  const texts = parts((text) => prose.say(key, 'text', text), drop);
  return {
    piece: (_, at, text) => texts.piece(at, text),
    whole: (_, at, text) => texts.whole(at, text),
    announced: () => {},
    complete(item) {
      for (const part of toArray(item['content'])) {
        for (const annotation of toArray(toObject(part)['annotations'])) searches.cite(annotation);
        const type = isObject(part) ? toText(part['type']) : 'text';
        if (!textTypes.has(type)) drop(`a content part of type ${type.slice(0, 40) || 'unknown'}`);
      }
      texts.all(textsIn(item['content']));
    },
    fits: (item) => texts.fits(textsIn(item['content'])),
    silent: () => texts.said() === '',
  };
}

const textTypes: ReadonlySet<string> = new Set(['output_text', 'text', 'refusal']);
