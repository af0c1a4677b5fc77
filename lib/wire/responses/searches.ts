/**
 * Web searches that the upstream made, as Anthropic's servers would tell them: a `server_tool_use` block with the
 * query, and a `web_search_tool_result` with the pages. Responses names pages as the sources of a search, or only as
 * citations in the text; those no search named go with the last search, at the end.
 */
import type { Writer } from '../../anthropic/writer.ts';
import { isObject, toArray, toObject, toText, type JsonObject } from '../../json.ts';
import type { Prose } from './prose.ts';

export interface Searches {
  /** A finished `web_search_call`. */
  made(item: JsonObject): void;
  /** An annotation of the text. */
  cite(annotation: unknown): void;
  end(): void;
}

export interface SearchOptions {
  answer: Writer;
  prose: Prose;
  messageId: string;
  /** The client's name for its search tool; undefined when it asked for none, and so is told of none. */
  tool: string | undefined;
  drop: (what: string) => void;
}

export function searches({ answer, prose, messageId, tool, drop }: SearchOptions): Searches {
  const known = new Set<string>();
  /** Title by address, of pages that no search has named. */
  const cited = new Map<string, string>();
  let made = 0;
  /** The query of a search that named no pages. */
  let bare: string | undefined;

  function tell(query: string, pages: readonly (readonly [url: string, title: string])[]): void {
    const id = `srvtoolu_${messageId.replace(/^msg_/, '')}_${made++}`;
    const content = pages.map(([url, title]) => ({
      type: 'web_search_result',
      url,
      title,
      encrypted_content: '',
      page_age: null,
    }));
    prose.pause();
    for (const block of [
      { type: 'server_tool_use', id, name: tool ?? '', input: { query } },
      { type: 'web_search_tool_result', tool_use_id: id, content },
    ]) {
      answer.open(`${id} ${block.type}`, block);
      answer.close(`${id} ${block.type}`);
    }
  }

  return {
    made(item) {
      if (tool === undefined) return drop('a web search that was not asked for');
      const { query, queries, sources } = toObject(item['action']);
      const words = toText(query) || toArray(queries).map(toText).join('; ');
      const urls = toArray(sources).flatMap((source) => toText(toObject(source)['url']) || []);
      if (urls.length === 0) return void (bare = words);
      for (const url of urls) known.add(url);
      tell(
        words,
        urls.map((url) => [url, url]),
      );
    },
    cite(annotation) {
      if (!isObject(annotation) || annotation['type'] !== 'url_citation') return;
      const { url, title } = toObject(annotation['url_citation'] ?? annotation);
      if (typeof url === 'string') cited.set(url, toText(title) || url);
    },
    end() {
      const pages = [...cited].filter(([url]) => !known.has(url));
      if (tool === undefined || (bare === undefined && (made === 0 || pages.length === 0))) return;
      tell(bare ?? '', pages);
    },
  };
}
