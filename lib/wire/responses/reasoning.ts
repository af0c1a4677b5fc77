/**
 * Decodes items of type `reasoning`. An item holds a summary, the full reasoning, or both; the first one that has text is
 * used and the other is dropped. `encrypted_content` is taken from the finished item: OpenAI sends another value in
 * `response.output_item.added`.
 */
import { tagAttachment, tagSignature } from '../../anthropic/provenance.ts';
import { attachedFields, namesIn } from '../decode/attached-fields.ts';
import { toText } from '../../json.ts';
import { textsIn, type ItemContext, type OutputItem, type TextKind } from './output-item.ts';
import { itemTexts } from './item-texts.ts';
import { continued } from './replay.ts';

/** Fields of the item that are read, or that no upstream expects back. */
const known: ReadonlySet<string> = new Set([
  'type',
  'id',
  'status',
  'summary',
  'content',
  'encrypted_content',
  'created_by',
]);

export function reasoningItem(key: string, { prose, origin, drop }: ItemContext): OutputItem {
  let used: TextKind | undefined;
  let signed = false;
  const fields = attachedFields(known, 'a reasoning item', drop);
  let latest: number | undefined;
  // Each part becomes a thinking block; all but the last are signed as continued.
  const texts = itemTexts((text, part) => {
    if (latest !== undefined && latest !== part)
      prose.signIfOpen(`${key} ${latest}`, tagSignature(origin, continued));
    latest = part;
    prose.write(`${key} ${part}`, 'thinking', text);
  }, drop);

  function isUsed(kind: TextKind, text: string): boolean {
    if (text === '') return false;
    used ??= kind;
    if (used === kind) return true;
    drop(
      used === 'summary' ? 'the full reasoning beside its summary' : 'a summary beside the full reasoning',
    );
    return false;
  }

  return {
    append: (kind, at, text) => void (isUsed(kind, text) && texts.append(at, text)),
    complete: (kind, at, text) => void (isUsed(kind, text) && texts.complete(at, text)),
    added: (item) => fields.add(item),
    done(item) {
      fields.add(item);
      for (const kind of ['summary', 'content'] as const) {
        const full = textsIn(item[kind]);
        if (isUsed(kind, full.join(''))) texts.completeAll(full);
      }
      const encrypted = toText(item['encrypted_content']);
      if (!signed && encrypted !== '') {
        signed = true;
        prose.sign(`${key} ${latest ?? 0}`, tagSignature(origin, encrypted));
      }
      if (!fields.isNew()) return;
      const reasoning = fields.take();
      const what = `fields of a reasoning item (${namesIn(reasoning)})`;
      // An item without encrypted content is not sent back.
      if (signed) prose.hold(tagAttachment(origin, JSON.stringify({ reasoning })), what);
      else drop(what);
    },
    matches: (item) =>
      used === undefined || texts.matches(textsIn(item[used === 'summary' ? used : 'content'])),
    isEmpty: () => false,
  };
}
