/** The providers of claude-code-router: URLs are whole endpoints, and transformers name the wire format. */
import type { JsonObject } from '../../json.ts';
import { isObject } from '../../json.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { Importing, Path } from './importing.ts';
import { readKey } from './keys.ts';
import { providerName, readHeaders } from './provider-parts.ts';
import { readTransformers, type Transformed } from './transformers.ts';

/** `$NAME` and `${NAME}` are variables in every text; `$` before anything else is a character. */
export function toVariables(text: string): string {
  return text.replaceAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (_, braced?: string, bare?: string) => {
    return `\${${braced ?? bare ?? ''}}`;
  });
}

export interface Providers {
  /** As in the configuration of occ. */
  sections: JsonObject;
  /** Name in the file, in lower case → name in occ. */
  names: ReadonlyMap<string, string>;
  /** Name in lower case → why it was left. */
  refused: ReadonlyMap<string, string>;
  /** The models of each, by its name in occ. */
  models: ReadonlyMap<string, readonly string[]>;
}

/** `timeoutMs` applies to all of them. */
export function convertProviders(importing: Importing, timeoutMs: number | undefined): Providers {
  const sections: JsonObject = {};
  const names = new Map<string, string>();
  const refused = new Map<string, string>();
  const models = new Map<string, readonly string[]>();
  const used = new Set<string>();
  // The server itself reads it in lower case.
  const root = importing.at(['Providers']) === undefined ? 'providers' : 'Providers';
  for (const path of importing.items([root])) {
    const name = importing.id([...path, 'name']);
    if (name === undefined) {
      importing.leave(path, 'it has no name');
      continue;
    }
    const folded = name.toLowerCase();
    const fault = names.has(folded) ? 'another provider has this name' : faultOf(importing, path);
    const made = fault === undefined ? convertProvider(importing, path, providerName(name, used)) : fault;
    if (typeof made === 'string') {
      refused.set(folded, made);
      importing.leave(path, made);
      continue;
    }
    sections[made.name] = { ...made.section, ...(timeoutMs !== undefined && { timeout_ms: timeoutMs }) };
    names.set(folded, made.name);
    models.set(made.name, made.ids);
    importing.take([...path, 'name'], ['providers', made.name]);
  }
  return { sections, names, refused, models };
}

function faultOf(importing: Importing, path: Path): string | undefined {
  if (importing.at([...path, 'enabled']) === false) return 'it is switched off';
  return importing.at([...path, 'api_base_url']) === undefined ? 'it has no api_base_url' : undefined;
}

interface Made {
  name: string;
  section: JsonObject;
  ids: string[];
}

/** Or the reason why the provider was left. */
function convertProvider(importing: Importing, path: Path, name: string): Made | string {
  const url = importing.url([...path, 'api_base_url']);
  if (url === undefined) return 'occ cannot use its api_base_url';
  const transformed = readTransformers(importing, [...path, 'transformer', 'use']);
  if (transformed.unusable !== undefined) return transformed.unusable;
  const format = formatOf(importing, path, url, transformed);
  const { ids, entries } = readModels(importing, path, transformed);
  const key = readKey(importing, [...path, 'api_key'], { variables: toVariables });
  if (key !== undefined)
    importing.slots.push({ kind: 'api_key', segments: ['providers', name], items: [key] });
  const headers = readHeaders(importing, [...path, 'headers'], name);
  importing.take([...path, 'api_base_url'], ['providers', name, 'base_url']);
  return {
    name,
    ids,
    section: {
      wire_format: format,
      base_url: url.replace(/\/+$/, ''),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(entries.length > 0 && { models: entries }),
    },
  };
}

/** By transformer, by the type of version 3, or by the end of the URL. */
function formatOf(importing: Importing, path: Path, url: string, { format }: Transformed): WireFormat {
  const type = importing.at([...path, 'type']);
  const named = typeof type === 'string' ? formatNamed(type) : undefined;
  if (named !== undefined) importing.take([...path, 'type'], `wire_format ${named}`);
  const { pathname } = new URL(url.replaceAll(/\$\{\w+\}/g, 'x'));
  const end = pathname.replace(/\/+$/, '');
  if (format !== undefined) return format;
  if (named !== undefined) return named;
  if (end.endsWith('/messages')) return 'messages';
  if (end.endsWith('/responses')) return 'responses';
  return /\/v1(?:beta)?\/models$/.test(end) ? 'gemini' : 'chat';
}

function formatNamed(type: string): WireFormat | undefined {
  if (/anthropic|messages/i.test(type)) return 'messages';
  if (/responses/i.test(type)) return 'responses';
  if (/gemini|generate/i.test(type)) return 'gemini';
  return /chat|openai/i.test(type) ? 'chat' : undefined;
}

/** What the transformers of a model, or else of the provider, say becomes a part of its entry. */
function readModels(
  importing: Importing,
  path: Path,
  { fields }: Transformed,
): { ids: string[]; entries: (string | JsonObject)[] } {
  const here = [...path, 'models'];
  const list = importing.at(here);
  if (list !== undefined && !Array.isArray(list)) importing.leave(here, 'expected a list of models');
  const ids: string[] = [];
  const entries: (string | JsonObject)[] = [];
  for (const [index, item] of (Array.isArray(list) ? list : []).entries()) {
    const at = isObject(item)
      ? [...here, index, Object.hasOwn(item, 'id') ? 'id' : 'name']
      : [...here, index];
    const id = importing.id(at);
    if (id === undefined || ids.includes(id)) {
      if (id !== undefined) importing.leave(at, 'it is listed twice');
      continue;
    }
    const own = readTransformers(importing, [...path, 'transformer', id, 'use']);
    const all = { ...fields, ...own.fields, ...(own.format !== undefined && { wire_format: own.format }) };
    ids.push(id);
    entries.push(Object.keys(all).length > 0 ? { model_id: id, ...all } : id);
    importing.take(at, id);
  }
  return { ids, entries };
}
