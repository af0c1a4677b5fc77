/** Finds and parses the model list of a provider, in the formats of OpenAI, Anthropic and Google. */
import type { Provider } from '../config/settings.ts';
import { isObject, parseJson, toNumber, toText, type JsonObject } from '../json.ts';
import { formats, wireFormats, type WireFormat } from '../wire/formats.ts';

/** A model in the list of its provider. Most lists contain only ids. */
export interface ListedModel {
  id: string;
  name?: string;
  /** Context window: input and output tokens together. */
  context?: number;
  /** Maximum output tokens. */
  output?: number;
}

export interface ListAddress {
  url: string;
  format: WireFormat;
  /** Headers that the list needs besides the key. */
  headers: Readonly<Record<string, string>>;
}

/**
 * The address of the model list, derived from an endpoint. OpenCode's current addresses have one list at their root
 * (observed in November 2026). For others, `models` replaces the path of the format. Undefined if there is no endpoint,
 * or if its path is not known.
 */
export function listAddress(provider: Provider): ListAddress | undefined {
  for (const format of [provider.defaultFormat, ...wireFormats]) {
    const endpoint = provider.endpoints[format];
    if (endpoint === undefined) continue;
    const url = new URL(endpoint);
    const path = url.pathname.replace(/\/+$/, '');
    const { prefix, path: ending, headers = {} } = formats[format];
    if (!path.endsWith(ending)) continue;
    // A gateway with a folder for each format has its list at the root.
    const isGateway = prefix !== undefined && path.endsWith(prefix + ending);
    const root = path.slice(0, -(isGateway ? prefix + ending : ending).length);
    url.pathname = `${root}${isGateway ? '/v1' : ''}/models`;
    return { url: exceptions[url.href] ?? url.href, format, headers };
  }
  return undefined;
}

/** OpenCode Go has its list only at the older address, as of November 2026. */
const exceptions: Readonly<Record<string, string>> = {
  'https://opencode.ai/inference/go/v1/models': 'https://opencode.ai/zen/go/v1/models',
};

/** Limits for a list. */
const maxModels = 5000;
const maxIdLength = 200;

/** The models of a list; undefined if the text is not a list. Entries without a valid id are skipped. */
export function readList(text: string): ListedModel[] | undefined {
  const value = parseJson(text);
  const listed = isObject(value) ? (value['data'] ?? value['models']) : value;
  if (!Array.isArray(listed)) return undefined;
  const models = listed.filter(isObject).map(toListed);
  const distinct = new Map(models.map((model) => [model.id, model]));
  return [...distinct.values()]
    .filter(({ id }) => id.length <= maxIdLength && /^[!-~]+$/.test(id))
    .slice(0, maxModels);
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
    ...(name !== '' && name.length <= maxIdLength && { name }),
    ...(context !== undefined && { context }),
    ...(output !== undefined && { output }),
  };
}

function positive(value: unknown): number | undefined {
  const number = toNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
