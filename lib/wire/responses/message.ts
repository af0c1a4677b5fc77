/** Decodes items of type `message`, which hold the model's text. */
import { isObject, toArray, toObject, toText } from '../../json.ts';
import { textsIn, type ItemContext, type OutputItem } from './output-item.ts';
import { itemTexts } from './item-texts.ts';

export function messageItem(key: string, { prose, searches, drop }: ItemContext): OutputItem {
  const texts = itemTexts((text) => prose.write(key, 'text', text), drop);
  return {
    append: (_, at, text) => texts.append(at, text),
    complete: (_, at, text) => texts.complete(at, text),
    added: () => {},
    done(item) {
      for (const part of toArray(item['content'])) {
        for (const annotation of toArray(toObject(part)['annotations'])) searches.addCitation(annotation);
        const type = isObject(part) ? toText(part['type']) : 'text';
        if (!textTypes.has(type)) drop(`a content part of type ${type.slice(0, 40) || 'unknown'}`);
      }
      texts.completeAll(textsIn(item['content']));
    },
    matches: (item) => texts.matches(textsIn(item['content'])),
    isEmpty: () => texts.text() === '',
  };
}

const textTypes: ReadonlySet<string> = new Set(['output_text', 'text', 'refusal']);
