/**
 * Converts web searches that the upstream ran into Anthropic's blocks: a `server_tool_use` with the query and a
 * `web_search_tool_result` with the pages. Responses lists pages as the sources of a search, or only as citations in the
 * text. Pages that are only cited are added to the last search, at the end.
 */
import type { Writer } from '../../anthropic/writer.ts';
import { isObject, toArray, toObject, toText, type JsonObject } from '../../json.ts';
import type { ProseWriter } from './prose.ts';

export interface Searches {
  /** Takes a finished `web_search_call` item. */
  add(item: JsonObject): void;
  /** Takes an annotation of the text. */
  addCitation(annotation: unknown): void;
  end(): void;
}

export interface SearchOptions {
  answer: Writer;
  prose: ProseWriter;
  messageId: string;
  /** The client's name for its search tool. If undefined, the client requested none and searches are dropped. */
  tool: string | undefined;
  drop: (what: string) => void;
}

export function searches({ answer, prose, messageId, tool, drop }: SearchOptions): Searches {
  const written = new Set<string>();
  /** Titles by URL. */
  const cited = new Map<string, string>();
  let count = 0;
  /** The query of a search without sources. */
  let pendingQuery: string | undefined;

  function write(query: string, pages: readonly (readonly [url: string, title: string])[]): void {
    const id = `srvtoolu_${messageId.replace(/^msg_/, '')}_${count++}`;
    const content = pages.map(([url, title]) => ({
      type: 'web_search_result',
      url,
      title,
      encrypted_content: '',
      page_age: null,
    }));
    prose.endBlock();
    for (const block of [
      { type: 'server_tool_use', id, name: tool ?? '', input: { query } },
      { type: 'web_search_tool_result', tool_use_id: id, content },
    ]) {
      answer.open(`${id} ${block.type}`, block);
      answer.close(`${id} ${block.type}`);
    }
  }

  return {
    add(item) {
      if (tool === undefined) return drop('a web search that was not asked for');
      const { query: single, queries, sources } = toObject(item['action']);
      const query = toText(single) || toArray(queries).map(toText).join('; ');
      const urls = toArray(sources).flatMap((source) => toText(toObject(source)['url']) || []);
      if (urls.length === 0) return void (pendingQuery = query);
      for (const url of urls) written.add(url);
      write(
        query,
        urls.map((url) => [url, url]),
      );
    },
    addCitation(annotation) {
      if (!isObject(annotation) || annotation['type'] !== 'url_citation') return;
      const { url, title } = toObject(annotation['url_citation'] ?? annotation);
      if (typeof url === 'string') cited.set(url, toText(title) || url);
    },
    end() {
      const pages = [...cited].filter(([url]) => !written.has(url));
      if (tool === undefined || (pendingQuery === undefined && (count === 0 || pages.length === 0))) return;
      write(pendingQuery ?? '', pages);
    },
  };
}
