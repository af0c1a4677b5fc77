/**
 * Writes the client's body for an upstream of the same format. Changed are the limit, what is configured for the model, what
 * its quirks name, and the signatures and ids of the conversation (P9, P10). Nothing else is.
 */
import { isForeignToolId, originalToolId, originOf } from '../../../anthropic/provenance.ts';
import { isObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { Route, Turn } from '../../codec.ts';
import { toMaxTokens } from '../../encode/sampling.ts';
import { toThinking } from '../../encode/thinking.ts';
import { toGeneration } from '../request.ts';
import { placeholderSignature } from '../signatures.ts';
import { field, keyOf } from './fields.ts';
import { unseal } from './seal.ts';

/** Undefined for a conversation that has to be encoded, because other upstreams took part in it or an answer was translated. */
export function encodeSameBody(given: JsonObject, turn: Turn, route: Route): JsonObject | undefined {
  const contents = field(given, 'contents');
  if (!isOwnConversation(contents, route)) return undefined;
  const body = withField(given, 'contents', toContents(contents, route));
  return withField(body, 'generationConfig', toConfig(given, turn, route));
}

/** The object with another value of the field; the same object if the value is the same. */
function withField(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const key = keyOf(object, name) ?? name;
  if (object[key] === value) return object;
  if (value !== undefined) return { ...object, [key]: value };
  const { [key]: _, ...rest } = object;
  return rest;
}

/** Whether no part carries something that only a translation can return: foreign thinking, or ids made for the client. */
function isOwnConversation(contents: Json | undefined, route: Route): boolean {
  const own = originOf(route);
  return partsOf(contents).every((part) => {
    const seal = unseal(toText(field(part, 'thoughtSignature')));
    if (seal && (seal.kind === 'blocks' || seal.origin !== own)) return false;
    return ['functionCall', 'functionResponse'].every((name) => {
      const inner = field(part, name);
      return !isObject(inner) || !isForeignToolId(toText(field(inner, 'id')), route);
    });
  });
}

function partsOf(contents: Json | undefined): JsonObject[] {
  const all = Array.isArray(contents) ? contents : [contents];
  return all.flatMap((content) => {
    const parts = isObject(content) ? field(content, 'parts') : undefined;
    return (Array.isArray(parts) ? parts : [parts]).filter(isObject);
  });
}

function toContents(contents: Json | undefined, route: Route): Json | undefined {
  if (!Array.isArray(contents)) return isObject(contents) ? toContent(contents, route) : contents;
  return contents.map((content) => (isObject(content) ? toContent(content, route) : content));
}

function toContent(content: JsonObject, route: Route): JsonObject {
  const parts = field(content, 'parts');
  const isModel = field(content, 'role') === 'model';
  let needsSignature = isModel && route.quirks.signedCalls;
  const toPart = (part: JsonObject): JsonObject => {
    const own = withIds(withSignature(part), route);
    if (!isObject(field(own, 'functionCall')) || !needsSignature) return own;
    needsSignature = false;
    // Of several calls in one step, only the first needs a signature.
    return keyOf(own, 'thoughtSignature') === undefined
      ? { ...own, thoughtSignature: placeholderSignature }
      : own;
  };
  if (isObject(parts)) return withField(content, 'parts', toPart(parts));
  if (!Array.isArray(parts)) return content;
  return withField(
    content,
    'parts',
    parts.flatMap((part): Json[] => {
      if (!isObject(part)) return [part];
      const sent = toPart(part);
      return sent !== part && isEmpty(sent) ? [] : [sent];
    }),
  );
}

/** A part that had a signature only. */
function isEmpty(part: JsonObject): boolean {
  return Object.keys(part).every((name) => name === 'text' && part[name] === '');
}

/** A signature as the upstream made it. One that occ has not sealed is left out, but for Google's documented placeholder. */
function withSignature(part: JsonObject): JsonObject {
  const given = field(part, 'thoughtSignature');
  if (given === undefined || given === placeholderSignature) return part;
  const seal = unseal(toText(given));
  return withField(part, 'thoughtSignature', seal?.kind === 'signature' ? seal.signature : undefined);
}

/** Restores the ids that were encoded for the client. Any other is one that a client of this format may send. */
function withIds(part: JsonObject, route: Route): JsonObject {
  for (const name of ['functionCall', 'functionResponse']) {
    const inner = field(part, name);
    if (!isObject(inner)) continue;
    const id = toText(field(inner, 'id'));
    const sent = originalToolId(id, route);
    if (sent !== id) return withField(part, name, withField(inner, 'id', sent));
  }
  return part;
}

function toConfig(given: JsonObject, { request }: Turn, route: Route): Json | undefined {
  const config = field(given, 'generationConfig') ?? {};
  if (!isObject(config)) return config;
  const input = [field(given, 'systemInstruction'), field(given, 'contents'), field(given, 'tools')];
  const settings = toGeneration(request, route, toThinking(request, route, toMaxTokens(request, route)));
  const { quirks, thinking, reasoningEffort } = route;
  let sent = withField(config, 'maxOutputTokens', toLimit(toMaxTokens(request, route, input), config));
  if (quirks.temperature !== 'free' || route.temperature !== undefined)
    sent = withField(sent, 'temperature', settings.temperature);
  if (quirks.topP !== 'free') sent = withField(sent, 'topP', settings.topP);
  if (thinking !== undefined || reasoningEffort !== undefined || quirks.thinking === 'none')
    sent = withField(sent, 'thinkingConfig', settings.thinkingConfig && { ...settings.thinkingConfig });
  const isEmpty = Object.keys(sent).length === 0;
  return isEmpty ? field(given, 'generationConfig') : sent;
}

/** The client's own spelling of the limit, if it is the same. */
function toLimit(limit: number | undefined, config: JsonObject): Json | undefined {
  const given = field(config, 'maxOutputTokens');
  return limit === undefined || Number(given) === limit ? given : limit;
}
