/** Decodes items of type `message`, which hold the model's text. */
import { tagAttachment } from '../../anthropic/provenance.ts';
import { attachedFields, namesIn } from '../decode/attached-fields.ts';
import { isObject, toArray, toObject, toText } from '../../json.ts';
import { textsIn, type ItemContext, type OutputItem } from './output-item.ts';
import { itemTexts } from './item-texts.ts';

/** Fields of the item that are read, or that no upstream expects back. */
const known: ReadonlySet<string> = new Set(['type', 'id', 'role', 'status', 'content', 'created_by']);

export function messageItem(key: string, { prose, searches, origin, drop }: ItemContext): OutputItem {
  // `phase` (`commentary`, `final_answer`): without it, later answers of OpenAI's models get worse.
  const fields = attachedFields(known, 'a message', drop);
  /** The number of text blocks including the one of this item; undefined before it began. */
  let begun: number | undefined;
  const texts = itemTexts((text) => {
    if (begun === undefined && fields.isNew())
      prose.carry(tagAttachment(origin, JSON.stringify({ message: fields.take() })));
    prose.write(key, 'text', text);
    begun ??= prose.texts();
  }, drop);

  /** Carries fields that came after the text began; `back` is the number of texts after this one. */
  function carryLate(): void {
    if (begun === undefined || !fields.isNew()) return;
    const attached = { message: fields.take(), back: prose.texts() - begun };
    prose.hold(
      tagAttachment(origin, JSON.stringify(attached)),
      `fields of a message (${namesIn(attached.message)})`,
    );
  }

  return {
    append: (_, at, text) => texts.append(at, text),
    complete: (_, at, text) => texts.complete(at, text),
    added: (item) => fields.add(item),
    done(item) {
      fields.add(item);
      for (const part of toArray(item['content'])) {
        for (const annotation of toArray(toObject(part)['annotations'])) searches.addCitation(annotation);
        const type = isObject(part) ? toText(part['type']) : 'text';
        if (!textTypes.has(type)) drop(`a content part of type ${type.slice(0, 40) || 'unknown'}`);
      }
      texts.completeAll(textsIn(item['content']));
      carryLate();
    },
    matches: (item) => texts.matches(textsIn(item['content'])),
    isEmpty: () => texts.text() === '',
  };
}

const textTypes: ReadonlySet<string> = new Set(['output_text', 'text', 'refusal']);
