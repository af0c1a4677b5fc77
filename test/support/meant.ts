/**
 * What a request says and what an upstream understood of it, in one neutral form: things said, in order, and the tools.
 * This file reads Anthropic's form; understood.ts reads what was sent, by simple readers that share no line with lib.
 */
import { list, words, type Loose } from './loose.ts';

export type Said =
  | { who: 'system' | 'user' | 'assistant' | 'thinking'; text: string }
  | { who: 'call'; id: string; name: string; input: unknown }
  | { who: 'result'; id: string; text: string; failed: boolean }
  /** The base64 of an image or a file, or the note that stands for it. */
  | { who: 'media'; data: string };

/** A tool's arguments, as far as they name what must be given. */
export interface Shape {
  required: string[];
  properties: Record<string, Shape>;
  items?: Shape;
}

export interface Meaning {
  said: Said[];
  tools: { name: string; shape: Shape }[];
  stops: string[];
  /** The shape the whole answer must have. */
  answer?: Shape;
}

export function shapeOf(schema: unknown): Shape {
  const { required, properties, items } = (schema ?? {}) as Loose;
  return {
    required: Array.isArray(required) ? (required as string[]).toSorted() : [],
    properties: Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, inner]) => [name, shapeOf(inner)]),
    ),
    ...(items && { items: shapeOf(items) }),
  };
}

/** What a client means: the results of a turn in the order of the calls, their media behind them. */
export function meantBy(request: unknown): Meaning {
  const body = request as Loose;
  const said: Said[] = list(blocksOf(body['system']))
    .map((block) => words(block['text']))
    .filter((text) => text.trim() !== '' && !text.startsWith('x-anthropic-billing-header:'))
    .map((text) => ({ who: 'system', text }));
  let calls: string[] = [];
  const loaded = new Set<string>();
  for (const message of list(body['messages'])) {
    const role = words(message['role']) as 'user' | 'assistant' | 'system';
    const blocks = list(blocksOf(message['content']));
    const results = blocks.filter((block) => words(block['type']) === 'tool_result');
    results.sort((a, b) => calls.indexOf(words(a['tool_use_id'])) - calls.indexOf(words(b['tool_use_id'])));
    const media: Said[] = [];
    for (const result of results) {
      const inner = list(blocksOf(result['content']));
      for (const block of inner)
        if (words(block['type']) === 'tool_reference') loaded.add(words(block['tool_name']));
      const id = words(result['tool_use_id']);
      said.push({ who: 'result', id, text: textIn(inner), failed: result['is_error'] === (true as unknown) });
      media.push(...inner.flatMap((block) => toMedia(block)));
    }
    said.push(...media);
    if (role === 'assistant') calls = [];
    for (const block of blocks) {
      const text = words(block['text']);
      if (words(block['type']) === 'text' && text.trim() !== '') said.push({ who: role, text });
      if (words(block['type']) === 'thinking') said.push({ who: 'thinking', text: words(block['thinking']) });
      said.push(...toMedia(block));
      if (words(block['type']) !== 'tool_use') continue;
      const [id, name] = [words(block['id']), words(block['name'])];
      calls.push(id);
      loaded.add(name);
      said.push({ who: 'call', id, name, input: block['input'] });
    }
  }
  const callable = list(body['tools']).filter(
    (tool) =>
      /^(custom)?$/.test(words(tool['type'])) &&
      words(tool['name']) !== 'DeferredToolPlaceholder' &&
      (tool['defer_loading'] !== (true as unknown) || loaded.has(words(tool['name']))),
  );
  const format = body['output_config']?.['format'];
  return {
    said,
    tools: callable.map((tool) => ({ name: words(tool['name']), shape: shapeOf(tool['input_schema']) })),
    stops: (body['stop_sequences'] ?? []) as unknown as string[],
    ...(format && { answer: shapeOf(format['schema']) }),
  };
}

function blocksOf(content: unknown): unknown {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textIn(blocks: readonly Loose[]): string {
  const texts = blocks.map((block) =>
    words(block['type']) === 'tool_reference'
      ? `Tool ${words(block['tool_name'])} is now available.`
      : words(block['text']),
  );
  return texts.filter((text) => text !== '').join('\n\n');
}

function toMedia(block: Loose): Said[] {
  const data = words(block['source']?.['data']);
  return data === '' ? [] : [{ who: 'media', data }];
}
