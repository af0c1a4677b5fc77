/** The providers of CLIProxyAPI: one list of keys for each kind of API, before version 8 and since. */
import { isObject, type JsonObject } from '../../json.ts';
import { hasDotSegment } from '../../wire/id-in-path.ts';
import type { WireFormat } from '../../wire/formats.ts';
import { itemPaths, type Importing, type KeyItem, type Path } from './importing.ts';
import { readKey } from './keys.ts';
import { providerName, readHeaders } from './provider-parts.ts';

interface Family {
  /** The list before version 8. */
  list: string;
  /** The list below `api-keys` since. */
  group: string;
  format: WireFormat;
  /** The provider's name; `openai-compatibility` names each. */
  name?: string;
  /** Where the vendor answers; without it, an entry needs a base-url. */
  base?: string;
}

const families: readonly Family[] = [
  { list: 'openai-compatibility', group: 'openai-compatibility', format: 'chat' },
  {
    list: 'claude-api-key',
    group: 'claude',
    format: 'messages',
    name: 'claude',
    base: 'https://api.anthropic.com',
  },
  {
    list: 'gemini-api-key',
    group: 'gemini',
    format: 'gemini',
    name: 'gemini',
    base: 'https://generativelanguage.googleapis.com',
  },
  { list: 'codex-api-key', group: 'codex', format: 'responses', name: 'codex' },
  { list: 'xai-api-key', group: 'xai', format: 'responses', name: 'xai', base: 'https://api.x.ai/v1' },
];

export interface Served {
  /** Name of the provider in occ. */
  provider: string;
  /** The id at the provider. */
  model_id: string;
  /** What clients may request. */
  aliases: readonly string[];
  from: Path;
}

export interface Families {
  sections: JsonObject;
  served: Served[];
  /** Providers that serve the models of Claude without a list. */
  claudes: string[];
}

export function convertFamilies(importing: Importing): Families {
  const result: Families = { sections: {}, served: [], claudes: [] };
  const used = new Set<string>();
  // Before version 8, it is the list of the clients' keys.
  const grouped = isObject(importing.at(['api-keys']));
  for (const family of families) {
    const groups = grouped ? importing.items(['api-keys', family.group]) : [];
    const state = { result, used, byEndpoint: new Map<string, string>() };
    for (const path of [...groups, ...importing.items([family.list])])
      convertEntry(importing, family, path, state);
  }
  convertOldGemini(importing, result, used);
  return result;
}

interface State {
  result: Families;
  used: Set<string>;
  /** What makes entries one provider with several keys → its name. */
  byEndpoint: Map<string, string>;
}

function convertEntry(importing: Importing, family: Family, path: Path, state: State): void {
  const reason = reasonToLeave(importing, family, path);
  if (reason !== undefined) return importing.leave(path, reason);
  const given =
    importing.at([...path, 'base-url']) === undefined ? family.base : importing.url([...path, 'base-url']);
  if (given === undefined) return importing.leave(path, 'occ cannot use it without its base-url');
  const url = endpointOf(family.format, given);
  const keys = readKeys(importing, path);
  const parts = ['prefix', 'headers', 'models', 'excluded-models'].map(
    (key) => importing.at([...path, key]) ?? null,
  );
  const same = JSON.stringify([url, ...parts]);
  const known = family.name === undefined ? undefined : state.byEndpoint.get(same);
  if (known !== undefined) return addKeys(importing, path, known, keys);
  const wanted = importing.id([...path, 'name']) ?? family.name ?? 'provider';
  const name = providerName(wanted, state.used);
  state.byEndpoint.set(same, name);
  const { entries, served } = readModels(importing, family, path, name);
  const headers = readHeaders(importing, [...path, 'headers'], name);
  const isClaude = family.format === 'messages';
  state.result.sections[name] = {
    wire_format: family.format,
    base_url: url,
    // The vendor wants x-api-key; gateways get what CLIProxyAPI sends them.
    ...(isClaude && given !== family.base && { auth: 'bearer' }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(entries.length > 0 && { models: entries }),
  };
  state.result.served.push(...served);
  if (isClaude && served.length === 0) state.result.claudes.push(name);
  if (importing.at([...path, 'base-url']) !== undefined)
    importing.take([...path, 'base-url'], ['providers', name, 'base_url']);
  if (importing.at([...path, 'name']) !== undefined) importing.take([...path, 'name'], ['providers', name]);
  if (importing.at([...path, 'prefix']) !== undefined && served.length > 0)
    importing.take([...path, 'prefix'], 'the names of its models');
  addKeys(importing, path, name, keys);
}

function reasonToLeave(importing: Importing, family: Family, path: Path): string | undefined {
  if (importing.at([...path, 'disabled']) === true) return 'it is switched off';
  if (importing.at([...path, 'base-url']) === undefined && family.base === undefined)
    return 'it has no base-url';
  return undefined;
}

/** The endpoint that CLIProxyAPI makes of the base URL. */
function endpointOf(format: WireFormat, base: string): string {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, '');
  const versioned = /\/v\d+(?:beta)?$/.test(path);
  const ends = {
    chat: '/chat/completions',
    messages: '/messages',
    responses: '/responses',
    gemini: '/models',
  };
  const versions = { chat: '', messages: '/v1', responses: '', gemini: '/v1beta' };
  if (!path.endsWith(ends[format]))
    url.pathname = `${path}${versioned ? '' : versions[format]}${ends[format]}`;
  return url.href;
}

/** `api-key`, `api-key-entries`, `keys` of version 8, or the older list `api-keys`. */
function readKeys(importing: Importing, path: Path): KeyItem[] {
  const own = readKey(importing, [...path, 'api-key']);
  const lists = ['api-key-entries', 'keys'].flatMap((list) => importing.items([...path, list]));
  const old = importing.at([...path, 'api-keys']);
  const strings = Array.isArray(old) ? itemPaths([...path, 'api-keys'], old) : [];
  const places = [...lists.flatMap((entry): Path[] => [[...entry, 'api-key']]), ...strings];
  return [...(own === undefined ? [] : [own]), ...places.flatMap((place) => readKey(importing, place) ?? [])];
}

function addKeys(importing: Importing, path: Path, name: string, items: KeyItem[]): void {
  const slot = importing.slots.find(
    ({ segments }) => segments[0] === 'providers' && segments[1] === name && segments.length === 2,
  );
  if (slot !== undefined) {
    slot.items.push(...items);
    for (const key of ['models', 'headers', 'base-url', 'prefix', 'excluded-models'])
      if (importing.at([...path, key]) !== undefined) importing.take([...path, key], ['providers', name]);
  } else if (items.length > 0)
    importing.slots.push({ kind: 'api_key', segments: ['providers', name], items });
}

function readModels(
  importing: Importing,
  { format }: Family,
  path: Path,
  provider: string,
): { entries: (string | JsonObject)[]; served: Served[] } {
  const entries = new Map<string, JsonObject>();
  const served: Served[] = [];
  const prefix = importing.id([...path, 'prefix']);
  for (const item of importing.items([...path, 'models'])) {
    const id = importing.id([...item, 'name']);
    const alias = importing.at([...item, 'alias']) === '' ? undefined : importing.id([...item, 'alias']);
    if (id === undefined) {
      importing.leave(item, 'it has no name');
      continue;
    }
    if (format === 'gemini' && hasDotSegment(id)) {
      importing.leave(item, 'its name would change the path of the URL');
      continue;
    }
    const names = [alias ?? id];
    entries.set(id, { ...entries.get(id), ...readFields(importing, item) });
    served.push({
      provider,
      model_id: id,
      aliases: prefix === undefined ? names : [...names, `${prefix}/${alias ?? id}`],
      from: item,
    });
    importing.take([...item, 'name'], `${provider}/${id}`);
    if (alias !== undefined) importing.take([...item, 'alias'], `${alias}: ${provider}/${id}`);
  }
  const listed = [...entries].map(([id, fields]) =>
    Object.keys(fields).length > 0 ? Object.assign({ model_id: id }, fields) : id,
  );
  return { entries: listed, served };
}

function readFields(importing: Importing, item: Path): JsonObject {
  const length = importing.whole([...item, 'max-context-length'], 1, Number.MAX_SAFE_INTEGER);
  const inputs = importing.at([...item, 'input-modalities']);
  const images = Array.isArray(inputs) ? inputs.includes('image') : undefined;
  if (length !== undefined) importing.take([...item, 'max-context-length'], 'context_window');
  if (images !== undefined) importing.take([...item, 'input-modalities'], 'vision');
  return {
    ...(length !== undefined && { context_window: length }),
    ...(images !== undefined && { vision: images }),
  };
}

/** `generative-language-api-key`, a list of keys of Gemini, which older versions had. */
function convertOldGemini(importing: Importing, { sections }: Families, used: Set<string>): void {
  const path = ['generative-language-api-key'];
  const list = importing.at(path);
  if (!Array.isArray(list)) return;
  const items = itemPaths(path, list).flatMap((place) => readKey(importing, place) ?? []);
  const isKnown = Object.hasOwn(sections, 'gemini');
  const name = isKnown ? 'gemini' : providerName('gemini', used);
  sections[name] ??= {
    wire_format: 'gemini',
    base_url: endpointOf('gemini', 'https://generativelanguage.googleapis.com'),
  };
  addKeys(importing, path, name, items);
}
