/** The sources of a text, as OpenAI's `url_citation` annotations. */
import { isObject, toText, type JsonObject } from '../../../json.ts';

/**
 * The annotations for the citations of a text that stands from `start` to `end` (characters) in the answer. Only pages have a
 * form here; citations of documents are left out.
 */
export function toAnnotations(citations: readonly unknown[], start: number, end: number): JsonObject[] {
  return citations.flatMap((citation) => {
    const url = isObject(citation) ? toText(citation['url']) : '';
    if (!isObject(citation) || url === '') return [];
    const title = toText(citation['title']);
    return [{ type: 'url_citation', url_citation: { url, title, start_index: start, end_index: end } }];
  });
}
