/** What Google's search found, as the blocks in which Anthropic's own search tells it. */
import type { AnswerBlock } from '../../anthropic/events.ts';
import { isObject, toArray, toObject, toText, type JsonObject } from '../../json.ts';

/** A search and its results; none when nothing was found. `messageId` gives the search its id. */
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

/** True for metadata that tells of a search. It stands on several chunks, on the first ones empty. */
export function tellsOfSearch(metadata: unknown): metadata is JsonObject {
  return (
    isObject(metadata) &&
    (toArray(metadata['webSearchQueries']).length > 0 || toArray(metadata['groundingChunks']).length > 0)
  );
}
