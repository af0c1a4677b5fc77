/**
 * The content of a request in a format-independent form: ordered entries, tools, stop sequences. This file reads it from a
 * client's request; `upstream-content.ts` reads it from an upstream's request. Neither uses code of lib.
 */
import { asObjects, asText, type LooseJson } from './loose-json.ts';

export type ContentEntry =
  | { who: 'system' | 'user' | 'assistant' | 'thinking'; text: string }
  | { who: 'call'; id: string; name: string; input: unknown }
  | { who: 'result'; id: string; text: string; failed: boolean }
  /** The base64 data of an image or a file, or the note that replaces it. */
  | { who: 'media'; data: string };

/** The structure of a schema: properties and which of them are required. */
export interface SchemaShape {
  required: string[];
  properties: Record<string, SchemaShape>;
  items?: SchemaShape;
}

export interface RequestContent {
  entries: ContentEntry[];
  tools: { name: string; shape: SchemaShape }[];
  stops: string[];
  /** The structure of the whole answer, if the client requested one. */
  answer?: SchemaShape;
}

export function shapeOf(schema: unknown): SchemaShape {
  const { required, properties, items } = (schema ?? {}) as LooseJson;
  return {
    required: Array.isArray(required) ? (required as string[]).toSorted() : [],
    properties: Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, inner]) => [name, shapeOf(inner)]),
    ),
    ...(items && { items: shapeOf(items) }),
  };
}

/** Results are in the order of the calls, followed by their media. */
export function clientContent(request: unknown): RequestContent {
  const body = request as LooseJson;
  const entries: ContentEntry[] = asObjects(blocksOf(body['system']))
    .map((block) => asText(block['text']))
    .filter((text) => text.trim() !== '' && !text.startsWith('x-anthropic-billing-header:'))
    .map((text) => ({ who: 'system', text }));
  let calls: string[] = [];
  const loaded = new Set<string>();
  for (const message of asObjects(body['messages'])) {
    const role = asText(message['role']) as 'user' | 'assistant' | 'system';
    const blocks = asObjects(blocksOf(message['content']));
    const results = blocks.filter((block) => asText(block['type']) === 'tool_result');
    results.sort((a, b) => calls.indexOf(asText(a['tool_use_id'])) - calls.indexOf(asText(b['tool_use_id'])));
    const media: ContentEntry[] = [];
    for (const result of results) {
      const inner = asObjects(blocksOf(result['content']));
      for (const block of inner)
        if (asText(block['type']) === 'tool_reference') loaded.add(asText(block['tool_name']));
      const id = asText(result['tool_use_id']);
      entries.push({
        who: 'result',
        id,
        text: textIn(inner),
        failed: result['is_error'] === (true as unknown),
      });
      media.push(...inner.flatMap((block) => toMedia(block)));
    }
    entries.push(...media);
    if (role === 'assistant') calls = [];
    for (const block of blocks) {
      const text = asText(block['text']);
      if (asText(block['type']) === 'text' && text.trim() !== '') entries.push({ who: role, text });
      if (asText(block['type']) === 'thinking')
        entries.push({ who: 'thinking', text: asText(block['thinking']) });
      entries.push(...toMedia(block));
      if (asText(block['type']) !== 'tool_use') continue;
      const [id, name] = [asText(block['id']), asText(block['name'])];
      calls.push(id);
      loaded.add(name);
      entries.push({ who: 'call', id, name, input: block['input'] });
    }
  }
  const callable = asObjects(body['tools']).filter(
    (tool) =>
      /^(custom)?$/.test(asText(tool['type'])) &&
      asText(tool['name']) !== 'DeferredToolPlaceholder' &&
      (tool['defer_loading'] !== (true as unknown) || loaded.has(asText(tool['name']))),
  );
  // Tools that a search has loaded come last (P12).
  const isLate = (tool: LooseJson): boolean => tool['defer_loading'] === (true as unknown);
  const searched = [...loaded];
  callable.sort((one, other) =>
    isLate(one) && isLate(other)
      ? searched.indexOf(asText(one['name'])) - searched.indexOf(asText(other['name']))
      : Number(isLate(one)) - Number(isLate(other)),
  );
  const format = body['output_config']?.['format'];
  return {
    entries,
    tools: callable.map((tool) => ({ name: asText(tool['name']), shape: shapeOf(tool['input_schema']) })),
    stops: (body['stop_sequences'] ?? []) as unknown as string[],
    ...(format && { answer: shapeOf(format['schema']) }),
  };
}

function blocksOf(content: unknown): unknown {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textIn(blocks: readonly LooseJson[]): string {
  const texts = blocks.map((block) =>
    asText(block['type']) === 'tool_reference'
      ? `Tool ${asText(block['tool_name'])} is now available.`
      : asText(block['text']),
  );
  return texts.filter((text) => text !== '').join('\n\n');
}

function toMedia(block: LooseJson): ContentEntry[] {
  const data = asText(block['source']?.['data']);
  return data === '' ? [] : [{ who: 'media', data }];
}
