/** Collects what a web search found, for Google's `groundingMetadata`. */
import type { AnswerBlock } from '../../../anthropic/events.ts';
import { isObject, toArray, toObject, toText, type JsonObject } from '../../../json.ts';

export interface FoundPages {
  /** Takes a block of a search or its results, and ignores others. */
  add(block: AnswerBlock): void;
  /** Undefined without a search. */
  metadata(): JsonObject | undefined;
}

export function foundPages(): FoundPages {
  const queries: string[] = [];
  const chunks: JsonObject[] = [];
  return {
    add({ type, name, input, content }) {
      if (type === 'server_tool_use' && name === 'web_search') {
        const query = toText(toObject(input)['query']);
        if (query !== '') queries.push(query);
      }
      if (type !== 'web_search_tool_result') return;
      for (const result of toArray(content)) {
        const { url, title } = isObject(result) ? result : {};
        if (toText(url) !== '') chunks.push({ web: { uri: toText(url), title: toText(title) } });
      }
    },
    metadata() {
      if (queries.length + chunks.length === 0) return undefined;
      return { webSearchQueries: queries, groundingChunks: chunks };
    },
  };
}
