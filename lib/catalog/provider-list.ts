/** A provider's own list of models: where it is, and what it says. OpenAI's shape, Anthropic's and Google's are read. */
import type { Provider } from '../config/settings.ts';
import { isObject, parseJson, toNumber, toText, type JsonObject } from '../json.ts';
import { wireFormats, type WireFormat } from '../wire/codec.ts';

/** One model as its provider lists it; most say nothing but the id. */
export interface ListedModel {
  id: string;
  name?: string;
  /** Tokens, input and output together. */
  context?: number;
  /** Tokens it can answer with at most. */
  output?: number;
}

export interface ListAddress {
  url: string;
  format: WireFormat;
}

const endings = {
  chat: /(?:\/openai\/v1)?\/chat\/completions$/,
  messages: /(?:\/anthropic\/v1)?\/messages$/,
  responses: /(?:\/openai\/v1)?\/responses$/,
  gemini: /(?:\/google\/v1beta)?\/models$/,
} as const satisfies Record<WireFormat, RegExp>;

/**
 * Where the provider lists its models: beside its endpoints. OpenCode's present addresses have one list below their root
 * (project facts, `upstream` 1.1), all others have `models` in the place of the format's ending. Undefined when it has no
 * endpoint, or one that ends in a way of its own.
 */
export function listAddress(provider: Provider): ListAddress | undefined {
  for (const format of [provider.defaultFormat, ...wireFormats]) {
    const endpoint = provider.endpoints[format];
    if (endpoint === undefined) continue;
    const url = new URL(endpoint);
    const path = url.pathname.replace(/\/+$/, '');
    const ending = endings[format].exec(path)?.[0];
    if (ending === undefined) continue;
    // The layout of a gateway that has every format below one root.
    const below =
      ending.startsWith('/openai/') || ending.startsWith('/anthropic/') || ending.startsWith('/google/');
    url.pathname = `${path.slice(0, -ending.length)}${below ? '/v1' : ''}/models`;
    return { url: observed[url.href] ?? url.href, format };
  }
  return undefined;
}

/** Go has its list at the older address alone, as far as anybody has seen. */
const observed: Readonly<Record<string, string>> = {
  'https://opencode.ai/inference/go/v1/models': 'https://opencode.ai/zen/go/v1/models',
};

/** Bounds on what is believed and kept of a list. */
const mostModels = 5000;
const longestId = 200;

/** The models of a list; undefined when the text is none. Entries without an id are passed over. */
export function readList(text: string): ListedModel[] | undefined {
  const value = parseJson(text);
  const listed = isObject(value) ? (value['data'] ?? value['models']) : value;
  if (!Array.isArray(listed)) return undefined;
  const models = listed.filter(isObject).map(toListed);
  const distinct = new Map(models.map((model) => [model.id, model]));
  return [...distinct.values()]
    .filter(({ id }) => id.length <= longestId && /^[!-~]+$/.test(id))
    .slice(0, mostModels);
}

function toListed(entry: JsonObject): ListedModel {
  // Google: "models/gemini-3.5-flash".
  const id = (toText(entry['id']) || toText(entry['name'])).replace(/^models\//, '');
  const name = toText(entry['display_name']) || toText(entry['displayName']);
  const context = positive(
    entry['context_length'] ??
      entry['max_model_len'] ??
      entry['inputTokenLimit'] ??
      entry['max_input_tokens'],
  );
  const provided = isObject(entry['top_provider']) ? entry['top_provider'] : {};
  const output = positive(
    provided['max_completion_tokens'] ?? entry['outputTokenLimit'] ?? entry['max_tokens'],
  );
  return {
    id,
    ...(name !== '' && name.length <= longestId && { name }),
    ...(context !== undefined && { context }),
    ...(output !== undefined && { output }),
  };
}

function positive(value: unknown): number | undefined {
  const number = toNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
