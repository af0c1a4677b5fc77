/** Prints text as message items, and thinking as reasoning items with a summary. */
import type { AnswerBlock, Delta } from '../../../anthropic/events.ts';
import { isObject, toArray, toText, type JsonObject } from '../../../json.ts';
import { readSignature } from '../../../anthropic/provenance.ts';
import { continued } from '../replay.ts';
import { printFields, type ItemPlace, type ItemPrinter } from './item-printer.ts';
import type { Item } from './response.ts';
import { sealRedacted, sealSignature } from './seals.ts';

export function messageItem(block: AnswerBlock, { write, index, suffix }: ItemPlace): ItemPrinter {
  const id = `msg_${suffix}`;
  const at = { item_id: id, output_index: index, content_index: 0 };
  const place = printFields({ ...at, logprobs: [] });
  const texts: string[] = [];
  const citations: unknown[] = [...toArray(block['citations'])];
  let begun = false;

  const item = (status: string, content: JsonObject[]): Item => ({
    id,
    type: 'message',
    status,
    content,
    role: 'assistant',
  });

  function begin(): void {
    if (begun) return;
    begun = true;
    write('content_part.added', { ...at, part: outputText('', []) });
  }

  return {
    added: item('in_progress', []),
    delta(delta: Delta) {
      begin();
      if (delta.type === 'citations_delta') citations.push(delta.citation);
      if (delta.type !== 'text_delta' || delta.text === '') return;
      texts.push(delta.text);
      write.piece('output_text.delta', place, delta.text);
    },
    // The last text of an answer that is cut is not complete.
    isComplete: () => false,
    end(cut) {
      begin();
      const text = texts.join('');
      // Citations may come before their text, whose length they tell.
      const annotations = citations.flatMap((citation) => toCitations(citation, text.length));
      for (const [annotation_index, annotation] of annotations.entries())
        write('output_text.annotation.added', { ...at, annotation_index, annotation });
      const part = outputText(text, annotations);
      write('output_text.done', { ...at, text, logprobs: [] });
      write('content_part.done', { ...at, part });
      return item(cut ? 'incomplete' : 'completed', [part]);
    },
  };
}

function outputText(text: string, annotations: readonly JsonObject[]): JsonObject {
  return { type: 'output_text', annotations: [...annotations], logprobs: [], text };
}

/** A page that an upstream's web search has found. Citations of documents have no counterpart. */
function toCitations(citation: unknown, end: number): JsonObject[] {
  if (!isObject(citation) || toText(citation['url']) === '') return [];
  const { url, title } = citation;
  return [{ type: 'url_citation', start_index: 0, end_index: end, url, title: toText(title) || toText(url) }];
}

/** A reasoning item may go on with the next block of thinking, which becomes the next part of its summary. */
export interface ReasoningPrinter extends ItemPrinter {
  goesOn(): boolean;
  nextPart(): void;
}

export function reasoningItem({ write, index, suffix }: ItemPlace): ReasoningPrinter {
  const id = `rs_${suffix}`;
  const summary: JsonObject[] = [];
  let texts: string[] = [];
  let signature = '';
  /** The fields of each piece of this part. */
  let place = '';
  const at = (): JsonObject => ({ item_id: id, output_index: index, summary_index: summary.length });

  function endPart(): void {
    if (texts.length === 0) return;
    const text = texts.join('');
    write('reasoning_summary_text.done', { ...at(), text });
    write('reasoning_summary_part.done', { ...at(), part: summaryText(text) });
    summary.push(summaryText(text));
    texts = [];
  }

  const goesOn = (): boolean => readSignature(signature)?.payload === continued;

  return {
    added: { id, type: 'reasoning', summary: [] },
    delta(delta) {
      if (delta.type === 'signature_delta') signature = delta.signature;
      if (delta.type !== 'thinking_delta' || delta.thinking === '') return;
      if (texts.length === 0) {
        place = printFields(at());
        write('reasoning_summary_part.added', { ...at(), part: summaryText('') });
      }
      texts.push(delta.thinking);
      write.piece('reasoning_summary_text.delta', place, delta.thinking);
    },
    goesOn,
    nextPart: endPart,
    isComplete: () => !goesOn(),
    end() {
      endPart();
      // A client has nothing else to send back, as nothing is stored. So it is there whether the client includes it or not.
      const sealed = signature !== '' && { encrypted_content: sealSignature(signature) };
      return { id, type: 'reasoning', summary, ...sealed };
    },
  };
}

function summaryText(text: string): JsonObject {
  return { type: 'summary_text', text };
}

export function redactedItem(block: AnswerBlock, { suffix }: ItemPlace): ItemPrinter {
  const item: Item = { id: `rs_${suffix}`, type: 'reasoning', summary: [] };
  return {
    added: item,
    delta: () => {},
    isComplete: () => true,
    end: () => ({ ...item, encrypted_content: sealRedacted(toText(block.data)) }),
  };
}
