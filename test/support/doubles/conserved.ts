/** What of a client's request did not arrive in the request that a double accepted. */
import { isDeepStrictEqual } from 'node:util';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { clientContent, type ContentEntry, type RequestContent } from '../client-content.ts';
import { readable } from '../turns.ts';
import { upstreamContent } from '../upstream-content.ts';

/**
 * The first of the client's texts, calls, results, pictures and tools that `sent` does not contain; undefined if it has all of
 * them, calls and results once and in order. Thinking does not count: it belongs to its
 * maker. A note may replace a picture if the upstream takes none, and a PDF always.
 */
export function firstLoss(
  request: object,
  format: WireFormat,
  sent: object,
  takesPictures: boolean,
): string | undefined {
  const client = clientContent(request);
  const upstream = withNames(readAs(format, sent), client);
  return (
    lostText(client, upstream) ??
    lostInOrder('call', client, upstream, ({ name, input }, other) =>
      isDeepStrictEqual([name, input], [other.name, other.input]),
    ) ??
    lostInOrder('result', client, upstream, ({ text }, other) => other.text.includes(text)) ??
    lostPicture(client, upstream, takesPictures) ??
    lostTool(client, upstream)
  );
}

/** A messages request is read as the client's, which knows tool references, and for the notes in place of pictures. */
function readAs(format: WireFormat, sent: object): RequestContent {
  const read = upstreamContent(readable(format), sent);
  if (format !== 'messages') return read;
  const { entries, ...rest } = clientContent(sent);
  return { ...rest, entries: [...entries, ...all(read, 'media')] };
}

type Kind<Who extends ContentEntry['who']> = Extract<ContentEntry, { who: Who }>;

function all<Who extends ContentEntry['who']>({ entries }: RequestContent, who: Who): Kind<Who>[] {
  return entries.filter((entry): entry is Kind<Who> => entry.who === who);
}

/** A system text may move and become a user's; each occurrence counts once. */
function lostText(client: RequestContent, upstream: RequestContent): string | undefined {
  const texts = (content: RequestContent): string[] =>
    content.entries.flatMap((entry) =>
      entry.who === 'system' || entry.who === 'user' || entry.who === 'assistant' ? [entry.text] : [],
    );
  let rest = texts(upstream).join('\n');
  for (const text of texts(client).toSorted((a, b) => b.length - a.length)) {
    const at = rest.indexOf(text);
    if (at < 0) return `text: ${text.slice(0, 80)}`;
    rest = rest.slice(0, at) + rest.slice(at + text.length);
  }
  return undefined;
}

function lostInOrder<Who extends 'call' | 'result'>(
  who: Who,
  client: RequestContent,
  upstream: RequestContent,
  same: (sent: Kind<Who>, arrived: Kind<Who>) => boolean,
): string | undefined {
  const [sent, arrived] = [inOrder(client, who), inOrder(upstream, who)];
  const wrong = sent.findIndex((entry, at) => !arrived[at] || !same(entry, arrived[at]));
  if (wrong >= 0) return `${who} ${wrong + 1} of ${sent.length}`;
  return arrived.length === sent.length ? undefined : `${arrived.length} ${who}s instead of ${sent.length}`;
}

/** Results are in the order of their calls, whatever order they arrived in. */
function inOrder<Who extends 'call' | 'result'>(content: RequestContent, who: Who): Kind<Who>[] {
  const places = new Map<string, number>();
  const found: { place: number; entry: Kind<Who> }[] = [];
  for (const [at, entry] of content.entries.entries()) {
    if (entry.who !== 'call' && entry.who !== 'result') continue;
    if (entry.who === 'call') places.set(entry.id, at);
    if (entry.who === who) found.push({ place: places.get(entry.id) ?? at, entry: entry as Kind<Who> });
  }
  return found.toSorted((a, b) => a.place - b.place).map(({ entry }) => entry);
}

function lostPicture(
  client: RequestContent,
  upstream: RequestContent,
  takesPictures: boolean,
): string | undefined {
  const arrived = all(upstream, 'media').map(({ data }) => data);
  const lost = all(client, 'media').find(
    ({ data }) =>
      !arrived.includes(data) && !((!takesPictures || data.startsWith('JVBER')) && arrived.some(isNote)),
  );
  return lost && `picture ${lost.data.slice(0, 20)}`;
}

function isNote(data: string): boolean {
  return data.startsWith('[');
}

function lostTool(client: RequestContent, upstream: RequestContent): string | undefined {
  const arrived = new Set(upstream.tools.map(({ name }) => name));
  const lost = client.tools.find(({ name }) => !arrived.has(name));
  return lost && `tool ${lost.name}`;
}

/** The content with the client's names of tools, where a tool that has a name too long for the upstream was renamed. */
function withNames(upstream: RequestContent, client: RequestContent): RequestContent {
  const names = new Map(upstream.tools.map(({ name }, at) => [name, client.tools[at]?.name ?? name]));
  const toName = (name: string): string =>
    client.tools.length === names.size ? (names.get(name) ?? name) : name;
  return {
    ...upstream,
    tools: upstream.tools.map((tool) => Object.assign({ ...tool }, { name: toName(tool.name) })),
    entries: upstream.entries.map((entry) =>
      entry.who === 'call' ? Object.assign({ ...entry }, { name: toName(entry.name) }) : entry,
    ),
  };
}
