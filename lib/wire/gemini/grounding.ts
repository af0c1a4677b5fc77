/** Converts the results of Google's search into the blocks of Anthropic's web search. */
import type { AnswerBlock } from '../../anthropic/events.ts';
import { isObject, toArray, toObject, toText, type JsonObject } from '../../json.ts';

/** The blocks of a search and its results; empty if there are neither. The search's id is derived from `messageId`. */
export function searchBlocks(metadata: JsonObject, messageId: string): AnswerBlock[] {
  const queries = toArray(metadata['webSearchQueries'])
    .map(toText)
    .filter((query) => query !== '');
  const results = toArray(metadata['groundingChunks']).flatMap((chunk) => {
    const web = toObject(toObject(chunk)['web']);
    const url = toText(web['uri']);
    if (url === '') return [];
    return [
      {
        type: 'web_search_result',
        title: toText(web['title']) || url,
        url,
        encrypted_content: '',
        page_age: null,
      },
    ];
  });
  if (queries.length === 0 && results.length === 0) return [];
  const id = `srvtoolu_${messageId.replace(/^msg_/, '')}`;
  return [
    { type: 'server_tool_use', id, name: 'web_search', input: { query: queries.join('; ') } },
    { type: 'web_search_tool_result', tool_use_id: id, content: results },
  ];
}

/** True for metadata of a search. Several chunks carry it, and it is empty in the first ones. */
export function isSearchMetadata(metadata: unknown): metadata is JsonObject {
  return (
    isObject(metadata) &&
    (toArray(metadata['webSearchQueries']).length > 0 || toArray(metadata['groundingChunks']).length > 0)
  );
}
